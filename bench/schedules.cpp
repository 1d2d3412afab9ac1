// What many armed schedules cost the thread that fires them, with real files and a real database, and a clock
// that is moved from pass to pass.
//
//     schedules --config latchkey.toml --jobs FOLDER [--definitions 10000] [--folders 100] [--fire 100]
//
// Writes that many definitions into FOLDER and arms them in the project, which `latchkey init` has just made:
// a weekly cron each, and drop folders with a file that does not hold. Prints milliseconds of processor time.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "config.h"
#include "definition_file.h"
#include "engine/scheduler.h"
#include "engine/settings_of.h"
#include "store/sqlite_store.h"
#include "surface/schedule_thread.h"
#include "tests/support/fake_clock.h"

namespace latchkey {
namespace {

constexpr Millis kPass = engine::Scheduler::kLookAgain;
constexpr int kQuietPasses = 36;  // three minutes
constexpr Millis kFirstDue = std::chrono::hours(9);

struct Wanted {
  std::filesystem::path config = "latchkey.toml";
  std::filesystem::path jobs = "jobs";
  int definitions = 10'000;
  int folders = 100;
  int fire = 100;
};

std::chrono::sys_days next_monday() {
  const auto today = std::chrono::floor<std::chrono::days>(SystemClock().now().wall);
  return today + std::chrono::days(7) - (std::chrono::weekday(today) - std::chrono::Monday);
}

double thread_ms() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1000 + static_cast<double>(t.tv_nsec) / 1e6;
}

/// How long a piece of work takes: on the processor, and until it is done.
struct Cost {
  double cpu = 0;
  double wall = 0;
};

template <typename Work>
Cost cost_of(Work work) {
  const Stopwatch watch;
  const double begun = thread_ms();
  work();
  return {thread_ms() - begun, std::chrono::duration<double, std::milli>(watch.elapsed()).count()};
}

void print(const char* what, const Cost& cost) {
  std::printf("%-48s %10.2f ms CPU %10.2f ms\n", what, cost.cpu, cost.wall);
  std::fflush(stdout);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw Error(path.string() + " cannot be written");
}

/// The first `fire` of them fire on Monday, one each minute from 09:00 on, the others on Wednesday.
std::vector<std::filesystem::path> write_definitions(const Wanted& wanted) {
  std::vector<std::filesystem::path> files;
  write_file(wanted.jobs / "people.csv", "email\nperson@example.com\n");
  for (int i = 0; i < wanted.definitions; ++i) {
    const std::string name = "d" + std::to_string(i);
    const std::string cron = i < wanted.fire
                                 ? std::to_string(i % 60) + " " + std::to_string(9 + i / 60) + " * * MON"
                                 : "0 9 * * WED";
    files.push_back(wanted.jobs / (name + ".toml"));
    write_file(files.back(), "name = \"" + name + "\"\nprovider = \"mayar\"\nlifetime = \"15m\"\n" +
                                 "min_interval = \"0s\"\n[schedule]\ncron = \"" + cron +
                                 "\"\ntimezone = \"Asia/Jakarta\"\n[recipients]\nfile = \"people.csv\"\n" +
                                 "[window]\ndays = \"MON-SUN\"\nfrom = \"08:00\"\nto = \"18:00\"\n");
  }
  for (int i = 0; i < wanted.folders; ++i) {
    const std::string name = "f" + std::to_string(i);
    std::filesystem::create_directory(wanted.jobs / name);
    write_file(wanted.jobs / name / "wrong.csv", "name\nBudi\n");
    files.push_back(wanted.jobs / (name + ".toml"));
    write_file(files.back(),
               "name = \"" + name + "\"\nprovider = \"mayar\"\n[recipients]\nfolder = \"" + name + "\"\n");
  }
  return files;
}

class Bench {
 public:
  Bench(const Config& config, const Wanted& wanted)
      : wanted_(wanted),
        settings_(engine::settings_of(config)),
        clock_(monday_ - std::chrono::hours(24)),
        store_(config.database(), clock_) {
    settings_.of(job::Provider::Mayar).on = true;
  }

  void run() {
    const auto files = write_definitions(wanted_);
    std::vector<job::Definition> definitions;
    print("reading all definitions", cost_of([&] {
            for (const auto& file : files) definitions.push_back(load_definition(file));
          }));
    print("arming all of them, in one transaction", cost_of([&] { arm(definitions); }));
    print("the first pass", cost_of([&] { scheduler_.tick(); }));
    measure_quiet();
    measure_firing();
  }

 private:
  void arm(const std::vector<job::Definition>& definitions) {
    store::Transaction transaction(store_);
    engine::Forecasts forecasts(store_, settings_, transaction.now().wall);
    engine::Context context{store_, random_, settings_, forecasts, transaction.now(), parts_.actor};
    for (const job::Definition& definition : definitions) engine::enable_schedule(context, definition);
    transaction.commit();
  }

  void measure_quiet() {
    std::vector<Cost> costs;
    for (int i = 0; i < 3 * kQuietPasses; ++i) {
      clock_.advance(kPass);
      const Cost cost = cost_of([&] { scheduler_.tick(); });
      if (i >= 2 * kQuietPasses) costs.push_back(cost);  // by then every file has been looked at
    }
    Cost sum, most;
    for (const Cost& each : costs) {
      sum = {sum.cpu + each.cpu, sum.wall + each.wall};
      most = {std::max(most.cpu, each.cpu), std::max(most.wall, each.wall)};
    }
    print("a pass, nothing due: the mean of three minutes",
          {sum.cpu / kQuietPasses, sum.wall / kQuietPasses});
    print("a pass, nothing due: the dearest", most);
  }

  // Asia/Jakarta is seven hours ahead.
  void measure_firing() {
    Cost sum;
    for (int i = 0; i < wanted_.fire; ++i) {
      clock_.set_wall(monday_ + kFirstDue - std::chrono::hours(7) + std::chrono::minutes(i));
      const Cost cost = cost_of([&] { scheduler_.tick(); });
      sum = {sum.cpu + cost.cpu, sum.wall + cost.wall};
    }
    if (wanted_.fire > 0)
      print("a pass, one due: a run of one job", {sum.cpu / wanted_.fire, sum.wall / wanted_.fire});
    std::printf("%d batches\n", batches());
  }

  int batches() {
    int count = 0;
    store_.each_batch({}, [&](const store::Batch&) { return ++count > 0; });
    return count;
  }

  const Wanted& wanted_;
  const TimePoint monday_ = next_monday();
  engine::Settings settings_;
  FakeClock clock_;
  SystemRandom random_;
  store::SqliteStore store_;
  surface::DefinitionFiles files_;
  engine::ImportParts parts_{store_, clock_, random_, settings_, "system", {}, {}};
  engine::Scheduler scheduler_{parts_, files_, [](const std::string&, bool) {}};
};

Wanted read_arguments(int argc, char** argv) {
  Wanted wanted;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) throw UsageError(name + ": a value is missing");
    const std::string value = argv[i + 1];
    if (name == "--config") {
      wanted.config = value;
    } else if (name == "--jobs") {
      wanted.jobs = value;
    } else if (name == "--definitions") {
      wanted.definitions = std::stoi(value);
    } else if (name == "--folders") {
      wanted.folders = std::stoi(value);
    } else if (name == "--fire") {
      wanted.fire = std::stoi(value);
    } else {
      throw UsageError(name + " is not understood: --config, --jobs, --definitions, --folders, --fire");
    }
  }
  return wanted;
}

}  // namespace
}  // namespace latchkey

int main(int argc, char** argv) {
  try {
    const latchkey::Wanted wanted = latchkey::read_arguments(argc, argv);
    std::filesystem::create_directories(wanted.jobs);
    latchkey::Bench(latchkey::load_config(wanted.config), wanted).run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "schedules: %s\n", error.what());
    return 1;
  }
}

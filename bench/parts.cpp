// What the parts of a job cost by themselves, with the engine's own code on a store on a real disk:
// scripts/bench parts [OPTIONS OF GOOGLE BENCHMARK]. TMPDIR says on which disk. Where a commit is timed it is
// a durable one, and "each" is the share of one entry or job in it.
//
// Time and randomness come from outside, as in the tests: the clock stands still, so that no job goes stale
// while others are measured.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/curl_http_client.h"
#include "base/error.h"
#include "base/files.h"
#include "config.h"
#include "ledger/entry.h"
#include "ledger/tree.h"
#include "provider/mayar.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/job_rig.h"
#include "tests/support/temp_dir.h"

namespace latchkey::bench {
namespace {

using benchmark::Counter;
using benchmark::State;

constexpr int kQueue = 20'000;  // jobs that wait when the queue has been filled

/// What a piece of work took of the clock and of the processor, in seconds. On a machine that others use as
/// well the second is the one to trust.
struct Took {
  double clock = 0;
  double processor = 0;
};

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Shows how long each of `count` things in an iteration took.
void show_each(State& state, std::int64_t count) {
  state.counters["each"] =
      Counter(static_cast<double>(count), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

/// The entries that every job writes, as they look in a ledger of millions.
ledger::Entry entry(ledger::EntryType type) {
  using ledger::EntryType;
  ledger::Entry entry;
  entry.seq = 4'711'000;
  entry.t = from_ms(1'780'000'000'123);
  entry.type = type;
  entry.request_id = "01890a5d-ac96-774b-bcce-b302099a8057";
  entry.subject = "Zk3XyQ0r8mH1nV5tB7cLwA";
  entry.provider = job::Provider::Mayar;
  if (type == EntryType::JobAccepted) {
    entry.actor = "token:i6mykbwv";
    entry.hand_over = job::HandOver::None;
    entry.due_at = entry.t;
    entry.expires_at = entry.t + std::chrono::minutes(15);
    entry.commitment = std::string(64, 'c');
    return entry;
  }
  entry.attempt = 1;
  entry.prev = 4'710'000;
  if (type == EntryType::AttemptResult) {
    entry.outcome = job::Outcome::Accepted;
    entry.http = 200;
    entry.ms = 51;
  }
  return entry;
}

void encode_entry(State& state, ledger::EntryType type) {
  const ledger::Entry one = entry(type);
  std::size_t size = 0;
  for ([[maybe_unused]] auto _ : state) {
    const std::string bytes = ledger::encode(one);
    size = bytes.size();
    benchmark::DoNotOptimize(bytes.data());
  }
  state.counters["bytes"] = static_cast<double>(size);
}

void hash_leaf(State& state) {
  const std::string bytes = ledger::encode(entry(ledger::EntryType::AttemptResult));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(ledger::leaf_hash(bytes));
}

/// A leaf and all nodes that come to be with it, two on average, without the store.
void grow_tree(State& state) {
  const std::string bytes = ledger::encode(entry(ledger::EntryType::AttemptResult));
  ledger::Frontier tree;
  for ([[maybe_unused]] auto _ : state) {
    tree.append(ledger::leaf_hash(bytes),
                [](std::int64_t index, const ledger::Hash&) { benchmark::DoNotOptimize(index); });
  }
}

/// A transaction of so many entries, with their nodes of the tree.
void append_entries(State& state) {
  FakeClock clock;
  const TempDir folder;
  store::create_database(folder / "latchkey.db", clock);
  store::SqliteStore store(folder / "latchkey.db", clock);
  const ledger::Entry one = entry(ledger::EntryType::AttemptIntent);
  for ([[maybe_unused]] auto _ : state) {
    store::Transaction transaction(store);
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      ledger::Entry copy = one;
      store.append(copy);
    }
    transaction.commit();
  }
  show_each(state, state.range(0));
}

/// An engine on a store of its own, whose turns are timed one by one.
class Rig {
 public:
  /// `at_once`: calls that a turn may begin.
  explicit Rig(int at_once) : at_once_(at_once), rig_(at_once) { fill_when_short(); }

  /// A turn that takes as many jobs as it may.
  Took take() {
    fill_when_short();
    queued_ -= at_once_;
    return turn(true);
  }
  /// A turn that records that all calls under way were accepted, and takes nothing.
  Took record() {
    rig_.report();
    return turn(false);
  }
  /// A turn that does both, as one of a busy daemon does.
  Took record_and_take() {
    fill_when_short();
    queued_ -= at_once_;
    rig_.report();
    return turn(true);
  }
  std::size_t under_way() const { return static_cast<std::size_t>(rig_.under_way()); }

 private:
  Took turn(bool take) {
    const double before = processor_seconds();
    const Stopwatch watch;
    rig_.turn(take);
    const std::chrono::duration<double> clock = watch.elapsed();
    return {clock.count(), processor_seconds() - before};
  }
  void fill_when_short() {
    if (queued_ >= kQueue / 2) return;
    rig_.fill(kQueue - queued_);
    queued_ = kQueue;
    rig_.turn(false);  // in which the engine notices
  }

  const int at_once_;
  test::JobRig rig_;
  int queued_ = 0;
};

void require(bool holds, const char* what) {
  if (!holds) throw Error(what);
}

/// Times what `work` does in each iteration, with `others` between two of them. "processor" is each job's
/// share.
void time_turns(State& state, const std::function<Took()>& work, const std::function<void()>& others) {
  double processor = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Took took = work();
    state.SetIterationTime(took.clock);
    processor += took.processor;
    others();
  }
  show_each(state, state.range(0));
  state.counters["processor"] = processor / static_cast<double>(state.iterations() * state.range(0));
}

void claim_jobs(State& state) {
  Rig rig(static_cast<int>(state.range(0)));
  time_turns(
      state, [&] { return rig.take(); },
      [&] {
        require(rig.under_way() == static_cast<std::size_t>(state.range(0)),
                "not as many were taken as may be");
        rig.record();
      });
}

void record_results(State& state) {
  Rig rig(static_cast<int>(state.range(0)));
  rig.take();
  time_turns(
      state, [&] { return rig.record(); }, [&] { rig.take(); });
}

void record_and_claim(State& state) {
  Rig rig(static_cast<int>(state.range(0)));
  rig.take();
  time_turns(
      state, [&] { return rig.record_and_take(); },
      [&] {
        require(rig.under_way() == static_cast<std::size_t>(state.range(0)),
                "not as many were taken as may be");
      });
}

/// The stub provider, which lies beside this program.
class StubProcess {
 public:
  StubProcess() {
    const std::string program =
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "stub_provider").string();
    int ends[2] = {-1, -1};
    require(pipe2(ends, O_CLOEXEC) == 0, "no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string name = "stub_provider";
    char* const words[] = {name.data(), nullptr};
    const int failed = posix_spawn(&pid_, program.c_str(), &actions, nullptr, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    require(failed == 0, "stub_provider does not start: is it built?");
    std::string line(256, '\0');
    const ssize_t size = read(ends[0], line.data(), line.size());
    close(ends[0]);
    const std::size_t at = line.find("http://");
    require(size > 0 && at != std::string::npos, "stub_provider says no address");
    url_ = line.substr(at, line.find('\n') - at);
  }
  ~StubProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  StubProcess(const StubProcess&) = delete;
  StubProcess& operator=(const StubProcess&) = delete;
  const std::string& url() const { return url_; }

 private:
  pid_t pid_ = -1;
  std::string url_;
};

/// A round trip of the HTTP client alone, on a connection that stays open.
void send_request(State& state) {
  const StubProcess stub;
  CurlHttpClient client;
  HttpRequest request;
  request.url = stub.url() + "/hl/v2/customers/portal-login";
  request.headers = {{"Content-Type", "application/json"}, {"X-Request-Id", "job-1"}};
  request.authorization = Secret("Bearer key-for-the-bench");
  request.body = R"({"email":"u1.0@example.com"})";
  request.may_write = [] { return true; };
  for ([[maybe_unused]] auto _ : state)
    require(client.send(request).status == 200, "the stub does not answer");
}

/// The same as a worker makes it: request put together, answer understood.
void call_provider(State& state) {
  const StubProcess stub;
  const TempDir folder;
  create_private_file(folder / "mayar.key", "key-for-the-bench");
  ProviderConfig config;
  config.base_url = stub.url();
  config.api_key_file = folder / "mayar.key";
  SystemClock clock;
  provider::Mayar mayar(config, clock);
  CurlHttpClient client;
  const provider::Call call{"job-1", "u1.0@example.com", [] { return true; }};
  for ([[maybe_unused]] auto _ : state) {
    require(mayar.call(call, client).outcome == job::Outcome::Accepted, "the stub does not accept");
  }
}

BENCHMARK_CAPTURE(encode_entry, accepted, ledger::EntryType::JobAccepted);
BENCHMARK_CAPTURE(encode_entry, intent, ledger::EntryType::AttemptIntent);
BENCHMARK_CAPTURE(encode_entry, result, ledger::EntryType::AttemptResult);
BENCHMARK(hash_leaf);
BENCHMARK(grow_tree);
BENCHMARK(append_entries)->Arg(1)->Arg(64)->Arg(1024)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(claim_jobs)->Arg(1)->Arg(64)->Arg(512)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(record_results)->Arg(1)->Arg(64)->Arg(512)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(record_and_claim)->Arg(1)->Arg(64)->Arg(512)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(send_request)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(call_provider)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace latchkey::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_parts: %s\n", error.what());
    return 1;
  }
}

// Gives a project that `latchkey init` has just made a long history: the engine's own code under a clock that
// runs from the past to now, with providers that answer as it is decided here. For measuring; nobody is
// called.
//
//     ledger_fill --config latchkey.toml --entries 1000000 [--seed 1] [--days 365]
//
// The database is made anew, since its first entry must be its oldest. Requests are named fill-0, fill-1 and
// so on; people are person-N@example.com and cus_N, and one job in 300 belongs to person-0 or cus_0.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_lock.h"
#include "config.h"
#include "engine/attempt.h"
#include "engine/operations.h"
#include "engine/record.h"
#include "engine/submit.h"
#include "ledger/entry.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace latchkey {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using ledger::EntryType;

constexpr std::int64_t kJobsPerRound = 300;
constexpr std::int64_t kEntriesPerRound = 1150;  // roughly
constexpr std::int64_t kEntriesPerPerson = 15;
constexpr Millis kCall{600};

struct Wanted {
  std::filesystem::path config = "latchkey.toml";
  std::int64_t entries = 1'000'000;
  std::uint64_t seed = 1;
  int days = 365;
};

engine::Settings settings() {
  engine::Settings settings;
  for (const Provider provider : job::kProviders) settings.of(provider).on = true;
  return settings;
}

provider::Result answer(Outcome outcome, std::optional<Code> code, int http) {
  provider::Result result;
  result.outcome = outcome;
  result.code = code;
  result.http = http;
  return result;
}

class History {
 public:
  History(store::Store& store, FakeClock& clock, const Wanted& wanted)
      : store_(store),
        clock_(clock),
        dice_(wanted.seed),
        size_(wanted.entries),
        people_(1 + wanted.entries / kEntriesPerPerson),
        gap_(Millis(std::chrono::hours(24)) * wanted.days * kEntriesPerRound / wanted.entries) {}

  void write() {
    while (store_.head().size < size_) {
      const TimePoint begun = clock_.now().wall;
      in_transaction([this](engine::Context& context) {
        for (int i = 0; i < kJobsPerRound && store_.head().size < size_; ++i) submit(context);
        take(context);
      });
      while (!running_.empty()) {
        clock_.advance(kCall);
        in_transaction([this](engine::Context& context) {
          finish_calls(context);
          take(context);
        });
      }
      clock_.advance(begun + gap_ - clock_.now().wall);
    }
  }

 private:
  struct Running {
    job::Job job;
    std::shared_ptr<handover::ReplyDesk::Place> caller;
  };
  template <typename Work>
  void in_transaction(Work work) {
    store::Transaction transaction(store_);
    engine::Forecasts forecasts(store_, settings_, transaction.now().wall);
    engine::Context context{store_, dice_, settings_, forecasts, transaction.now(), "token:fill"};
    work(context);
    transaction.commit();
  }
  bool chance(std::uint64_t percent) { return dice_.below(100) < percent; }

  void submit(engine::Context& context) {
    const std::int64_t person = number_ % kJobsPerRound == 0 ? 0 : number_ % people_;
    job::Submission submission;
    submission.request_id = "fill-" + std::to_string(number_++);
    if (chance(60)) {
      submission.recipient =
          job::parse_recipient(submission.provider, "person-" + std::to_string(person) + "@example.com");
    } else {
      submission.provider = Provider::Nomos;
      submission.hand_over = job::HandOver::Reply;
      submission.recipient = job::parse_recipient(submission.provider, "cus_" + std::to_string(person));
    }
    if (chance(2)) submission.at = context.now.wall - std::chrono::hours(1);  // stale at once
    engine::Submitted submitted = engine::submit(context, submission);
    if (job::is_final(submitted.job.standing.state)) return;
    if (chance(1)) {
      engine::cancel(context, submission.request_id, "made up");
    } else {
      waiting_.push_back(std::move(submitted.job));
    }
  }

  void take(engine::Context& context) {
    std::vector<job::Job> later;
    for (job::Job& job : waiting_) {
      if (!busy_.insert(job.subject).second) {
        later.push_back(std::move(job));
        continue;
      }
      ledger::Entry intent;
      intent.type = EntryType::AttemptIntent;
      intent.attempt = ++job.attempts;
      engine::record(context, job, std::move(intent));
      store_.update_job(job);
      auto caller = job.hand_over == job::HandOver::Reply ? desk_.open(job.request_id) : nullptr;
      running_.push_back({std::move(job), std::move(caller)});
    }
    waiting_ = std::move(later);
  }

  void finish_calls(engine::Context& context) {
    for (Running& running : running_) {
      job::Job& job = running.job;
      provider::Result result = job.provider == Provider::Mayar ? mail_answer() : link_answer(job);
      result.took = Millis(static_cast<std::int64_t>(50 + dice_.below(900)));
      engine::HandOvers hand_overs(desk_, links_, 0);
      engine::apply_result(context, job, context.now, result, fingerprint_key_, credentials_, hand_overs);
      if (job.standing.step == job::Step::HandingOver) {
        hand_overs.replied(context, job, chance(98) ? Outcome::Accepted : Outcome::NotSent);
      }
      if (job.standing.state == job::State::Held && chance(80)) {
        job = engine::close(context, job.request_id, chance(50), "made up");
      }
      busy_.erase(job.subject);
      if (job.standing.state == job::State::Queued) waiting_.push_back(std::move(job));
    }
    running_.clear();
  }

  provider::Result mail_answer() {
    const std::uint64_t dice = dice_.below(100);
    if (dice < 4) return answer(Outcome::Rejected, Code::EmailNotRegistered, 404);
    if (dice < 6) return answer(Outcome::Throttled, Code::RateLimited, 429);
    if (dice < 8) return answer(Outcome::Unknown, Code::Timeout, 0);
    return answer(Outcome::Accepted, std::nullopt, 200);
  }

  provider::Result link_answer(const job::Job& job) {
    const std::uint64_t dice = dice_.below(100);
    if (dice < 3) return answer(Outcome::Rejected, Code::CustomerNotFound, 404);
    if (dice < 5) return answer(Outcome::NotSent, Code::Connect, 0);
    provider::Result result = answer(Outcome::Accepted, std::nullopt, 200);
    result.link = Secret("https://acme.customerportal.energy/" + job.request_id);
    result.provider_request_id = "call-" + job.request_id;
    return result;
  }

  store::Store& store_;
  FakeClock& clock_;
  SeededRandom dice_;
  const engine::Settings settings_ = settings();
  const std::int64_t size_;
  const std::int64_t people_;
  const Millis gap_;
  std::int64_t number_ = 0;
  std::vector<job::Job> waiting_;
  std::vector<Running> running_;
  std::set<std::string> busy_;  // subjects with a running job
  handover::ReplyDesk desk_;
  handover::WaitingLinks links_;
  engine::CredentialHistory credentials_;
  const Secret fingerprint_key_{std::string(32, 'k')};
};

void write_first_entry(store::Store& store, const std::string& origin) {
  store::Transaction transaction(store);
  ledger::Entry init;
  init.type = EntryType::LogInit;
  init.origin = origin;
  store.append(init);
  transaction.commit();
}

void require_new(const Config& config, Clock& clock) {
  store::SqliteStore store(config.database(), clock, store::Access::ReadOnly);
  if (store.head().size > 10) throw Error("the project has a history already: make another one");
}

void fill(const Wanted& wanted) {
  const Config config = load_config(wanted.config);
  SystemClock now;
  const FileLock lock(config.lock_file());
  require_new(config, now);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(config.database().string() + suffix);
  }
  FakeClock clock(now.now().wall - std::chrono::hours(24) * wanted.days);
  store::create_database(config.database(), clock);
  store::SqliteStore store(config.database(), clock);
  write_first_entry(store, config.origin);
  const Instant begin = now.now();
  History(store, clock, wanted).write();
  const double seconds = static_cast<double>((now.now().boot - begin.boot).count()) / 1000;
  std::printf("%lld entries in %.1f s\n", static_cast<long long>(store.head().size), seconds);
}

Wanted read_arguments(int argc, char** argv) {
  Wanted wanted;
  std::map<std::string, std::string> values;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) throw UsageError(std::string(argv[i]) + ": a value is missing");
    values[argv[i]] = argv[i + 1];
  }
  for (const auto& [name, value] : values) {
    if (name == "--config") {
      wanted.config = value;
    } else if (name == "--entries") {
      wanted.entries = std::stoll(value);
    } else if (name == "--seed") {
      wanted.seed = std::stoull(value);
    } else if (name == "--days") {
      wanted.days = std::stoi(value);
    } else {
      throw UsageError(name + " is not understood: --config, --entries, --seed, --days");
    }
  }
  return wanted;
}

}  // namespace
}  // namespace latchkey

int main(int argc, char** argv) {
  try {
    latchkey::fill(latchkey::read_arguments(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ledger_fill: %s\n", error.what());
    return 1;
  }
}

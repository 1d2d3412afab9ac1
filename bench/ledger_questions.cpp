// Asks the questions that must be answered at once of a ledger that ledger_fill has made, and says how long
// each took.
//
//     ledger_questions --config latchkey.toml [--seed 1]
//
// After `latchkey jobs prune` the same requests are asked for, now through what pruning has left of them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.h"
#include "config.h"
#include "ledger/entry.h"
#include "ledger/member.h"
#include "store/sqlite_store.h"
#include "tests/support/seeded_random.h"

namespace latchkey {
namespace {

constexpr int kTimes = 300;         // how often each question is asked, each time about another one
constexpr std::size_t kPage = 100;  // entries of a page of failures

using Clock = std::chrono::steady_clock;
using store::EntryFilter;

/// Milliseconds that questions took.
class Times {
 public:
  template <typename Work>
  void measure(Work work) {
    const auto begin = Clock::now();
    entries_ += static_cast<std::int64_t>(work());
    const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
    all_.push_back(took.count());
  }
  void print(const char* question) {
    if (all_.empty()) return void(std::printf("%-34s none found\n", question));
    std::vector<double> sorted = all_;
    std::sort(sorted.begin(), sorted.end());
    std::printf("%-34s %7zu %9.1f %9.2f %9.2f %9.2f\n", question, sorted.size(),
                static_cast<double>(entries_) / static_cast<double>(sorted.size()), sorted[sorted.size() / 2],
                sorted[sorted.size() * 99 / 100], sorted.back());
  }
  /// The first of them and the last, by their medians: whether pages grow dearer.
  void print_ends() {
    if (all_.size() < 20) return;
    const auto median = [](std::vector<double> some) {
      std::sort(some.begin(), some.end());
      return some[some.size() / 2];
    };
    const auto tenth = static_cast<std::ptrdiff_t>(all_.size() / 10);
    std::printf("    first tenth of the pages %.2f ms, last tenth %.2f ms\n",
                median({all_.begin(), all_.begin() + tenth}), median({all_.end() - tenth, all_.end()}));
  }

 private:
  std::vector<double> all_;
  std::int64_t entries_ = 0;
};

class Questions {
 public:
  Questions(store::Store& store, std::uint64_t seed)
      : store_(store), dice_(seed), size_(store.head().size), last_(store.head().last_time) {}

  void ask_all() {
    std::printf("%lld entries\n%-34s %7s %9s %9s %9s %9s\n", static_cast<long long>(size_),
                "question, milliseconds", "asked", "entries", "median", "p99", "most");
    ask("one request", "requestId", &EntryFilter::request_id);
    ask_recipients();
    ask("one provider request id", "providerRequestId", &EntryFilter::provider_request_id);
    ask("one link fingerprint", "linkFp", &EntryFilter::link_fp);
    EntryFilter failed;
    failed.type = ledger::EntryType::JobFailed;
    page_through("a month's job.failed, 100 a page", failed);
    EntryFilter code;
    code.code = job::Code::Timeout;
    page_through("a month's timeouts, 100 a page", code);
    EntryFilter rejected;
    rejected.outcome = job::Outcome::Rejected;
    page_through("a month's rejected, 100 a page", rejected);
    rejected.provider = job::Provider::Nomos;
    rejected.newest_first = true;
    page_through("... of nomos, newest first", rejected);
    EntryFilter actor;
    actor.actor = "uid:1";
    actor.from = last_ - kMonth;
    Times scan;
    scan.measure([&] { return count(actor, SIZE_MAX); });
    scan.print("a month's of one actor (reads all)");
  }

 private:
  static constexpr Millis kMonth = std::chrono::hours(24 * 30);

  // A value of this member, from somewhere in the ledger.
  std::optional<std::string> value(const char* member) {
    EntryFilter filter;
    filter.from_seq = static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(size_)));
    std::optional<std::string> found;
    store_.each_entry(filter, [&](const std::string& bytes) {
      found = ledger::text_member(bytes, member);
      return !found;
    });
    return found;
  }

  std::size_t count(const EntryFilter& filter, std::size_t most) {
    std::size_t entries = 0;
    store_.each_entry(filter, [&](const std::string&) { return ++entries < most; });
    return entries;
  }

  void ask(const char* question, const char* key, std::optional<std::string> EntryFilter::*member) {
    Times times;
    for (int i = 0; i < kTimes; ++i) {
      EntryFilter filter;
      filter.*member = value(key);
      if (filter.*member) times.measure([&] { return count(filter, SIZE_MAX); });
    }
    times.print(question);
  }

  // People as ledger_fill makes them; person-0 is the one with one job in 300.
  void ask_recipients() {
    Times times, busiest;
    const auto people = static_cast<std::uint64_t>(size_ / 15);
    for (int i = 0; i < kTimes; ++i) {
      const auto number = i == 0 ? 0 : 1 + dice_.below(people);
      const auto name = "person-" + std::to_string(number) + "@example.com";
      (i == 0 ? busiest : times).measure([&]() -> std::size_t {
        const auto subject = store_.find_subject(job::Provider::Mayar, name);
        if (!subject) return 0;
        EntryFilter filter;
        filter.subject = subject->id;
        return count(filter, SIZE_MAX);
      });
    }
    times.print("one recipient");
    busiest.print("the busiest recipient");
  }

  void page_through(const char* question, EntryFilter filter) {
    filter.from = last_ - kMonth;
    Times times;
    for (std::size_t found = kPage; found == kPage;) {
      times.measure([&] {
        found = 0;
        std::optional<std::int64_t> last;
        store_.each_entry(filter, [&](const std::string& bytes) {
          last = ledger::integer_member(bytes, "seq");
          return ++found < kPage;
        });
        if (last) filter.after_seq = last;
        return found;
      });
    }
    times.print(question);
    times.print_ends();
  }

  store::Store& store_;
  SeededRandom dice_;
  const std::int64_t size_;
  const TimePoint last_;
};

int run(int argc, char** argv) {
  std::string config = "latchkey.toml";
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc || (name != "--config" && name != "--seed"))
      throw UsageError("--config FILE, --seed N");
    if (name == "--config") config = argv[i + 1];
    if (name == "--seed") seed = std::stoull(argv[i + 1]);
  }
  SystemClock clock;
  store::SqliteStore store(load_config(config).database(), clock, store::Access::ReadOnly);
  Questions(store, seed).ask_all();
  return 0;
}

}  // namespace
}  // namespace latchkey

int main(int argc, char** argv) {
  try {
    return latchkey::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ledger_questions: %s\n", error.what());
    return 1;
  }
}

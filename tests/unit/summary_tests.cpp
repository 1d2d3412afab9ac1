#include <stdlib.h>
#include <time.h>

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "ledger/entry.h"
#include "surface/summary.h"

namespace latchkey::surface {
namespace {

using job::Outcome;
using ledger::EntryType;

constexpr TimePoint kMorning = from_ms(1'767'323'045'000);  // 2026-01-02T03:04:05Z

/// Local time is another one for one test.
struct InZone {
  explicit InZone(const char* zone) {
    if (const char* text = getenv("TZ")) before = text;
    set(zone);
  }
  ~InZone() { before ? set(before->c_str()) : set(""); }
  static void set(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  std::optional<std::string> before;
};

std::string entry(EntryType type, std::optional<Outcome> outcome, TimePoint t = kMorning,
                  job::Provider provider = job::Provider::Mayar) {
  ledger::Entry made;
  made.type = type;
  made.t = t;
  made.provider = provider;
  made.outcome = outcome;
  return encode(made);
}

BOOST_AUTO_TEST_SUITE(summary_tests)

BOOST_AUTO_TEST_CASE(counts_results_and_ends_and_nothing_else) {
  const InZone zone("UTC0");
  Summary summary;
  for (int outcome = 0; outcome < static_cast<int>(kOutcomes); ++outcome) {
    for (int i = 0; i <= outcome; ++i) {
      summary.add(entry(EntryType::AttemptResult, static_cast<Outcome>(outcome)));
    }
  }
  summary.add(entry(EntryType::JobRefused, {}));
  summary.add(entry(EntryType::JobFailed, {}));
  summary.add(entry(EntryType::JobHeld, {}));
  summary.add(entry(EntryType::JobHeld, {}));
  summary.add(entry(EntryType::AttemptLate, Outcome::Accepted));
  summary.add(entry(EntryType::HandoverResult, Outcome::Accepted));
  summary.add(entry(EntryType::JobClosed, Outcome::Accepted));
  summary.add(entry(EntryType::AttemptIntent, {}));
  BOOST_REQUIRE_EQUAL(summary.tallies().size(), 1);
  const auto& [key, tally] = *summary.tallies().begin();
  BOOST_CHECK_EQUAL(key.first, "2026-01-02");
  BOOST_CHECK((tally.counts == std::array<std::int64_t, 8>{1, 2, 3, 4, 5, 1, 1, 2}));
  BOOST_CHECK_EQUAL(tally.attempts(), 15);
  BOOST_CHECK_EQUAL(kCounted[static_cast<std::size_t>(Outcome::NotSent)], name(Outcome::NotSent));
  BOOST_CHECK_EQUAL(kCounted[static_cast<std::size_t>(Outcome::Unknown)], name(Outcome::Unknown));
}

BOOST_AUTO_TEST_CASE(days_begin_at_local_midnight) {
  const InZone zone("WIB-7");
  Summary summary;
  const TimePoint midnight = from_ms(1'767'373'200'000);  // 2026-01-02T17:00:00Z
  summary.add(entry(EntryType::AttemptResult, Outcome::Accepted, midnight - Millis(1)));
  summary.add(entry(EntryType::AttemptResult, Outcome::Accepted, midnight));
  summary.add(entry(EntryType::AttemptResult, Outcome::Accepted, midnight, job::Provider::Nomos));
  std::vector<std::string> days;
  for (const auto& [key, tally] : summary.tallies()) days.push_back(key.first);
  BOOST_CHECK((days == std::vector<std::string>{"2026-01-02", "2026-01-03", "2026-01-03"}));
  BOOST_CHECK_EQUAL(summary.zone(), "WIB");
}

BOOST_AUTO_TEST_CASE(both_names_of_a_zone_are_said) {
  const InZone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  Summary summary;
  summary.add(entry(EntryType::JobHeld, {}));
  summary.add(entry(EntryType::JobHeld, {}, kMorning + std::chrono::hours(24 * 180)));
  BOOST_CHECK_EQUAL(summary.zone(), "CEST/CET");
}

BOOST_AUTO_TEST_CASE(entry_that_cannot_be_counted_is_an_error) {
  Summary summary;
  BOOST_CHECK_THROW(summary.add(R"({"t":"2026-01-02T03:04:05.000Z","type":"job.held"})"), Error);
  BOOST_CHECK_THROW(summary.add(R"({"provider":"mayar","t":"yesterday","type":"job.held"})"), Error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface

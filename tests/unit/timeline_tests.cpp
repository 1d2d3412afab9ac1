#include <stdlib.h>
#include <time.h>

#include <boost/test/unit_test.hpp>

#include "surface/timeline.h"

namespace latchkey::surface {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using ledger::Entry;
using ledger::EntryType;

constexpr TimePoint kStart = from_ms(1'767'323'045'000);  // 2026-01-02T03:04:05Z

Entry entry(EntryType type, Millis after) {
  Entry made;
  made.type = type;
  made.t = kStart + after;
  made.provider = Provider::Mayar;
  return made;
}

Entry result(int attempt, Outcome outcome, std::optional<Code> code, Millis after) {
  Entry made = entry(EntryType::AttemptResult, after);
  made.attempt = attempt;
  made.outcome = outcome;
  made.code = code;
  return made;
}

/// Local time is Jakarta's for one test.
struct InJakarta {
  InJakarta() {
    if (const char* zone = getenv("TZ")) before = zone;
    set("WIB-7");
  }
  ~InJakarta() { before ? set(before->c_str()) : set(""); }
  static void set(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  std::optional<std::string> before;
};

BOOST_FIXTURE_TEST_SUITE(timeline_tests, InJakarta)

BOOST_AUTO_TEST_CASE(tells_a_whole_life) {
  Entry accepted = entry(EntryType::JobAccepted, Millis(0));
  accepted.actor = "token:tk_7";
  accepted.due_at = kStart;
  accepted.expires_at = kStart + std::chrono::minutes(15);
  Entry intent = entry(EntryType::AttemptIntent, Millis(10));
  intent.attempt = 1;
  Entry throttled = result(1, Outcome::Throttled, Code::RateLimited, Millis(42));
  throttled.http = 429;
  throttled.ms = 32;
  throttled.due_at = kStart + std::chrono::seconds(5);
  Entry again = entry(EntryType::AttemptIntent, Millis(5000));
  again.attempt = 2;
  Entry good = result(2, Outcome::Accepted, std::nullopt, Millis(5200));
  good.http = 200;
  good.ms = 200;
  BOOST_TEST(timeline_text({accepted, intent, throttled, again, good}, false) ==
             "  2026-01-02 WIB\n"
             "  10:04:05.000             accepted   mayar, due 2026-01-02 10:04:05 WIB, expires 2026-01-02 "
             "10:19:05 WIB, by "
             "token:tk_7\n"
             "  10:04:05.010     +10 ms  attempt 1  the call to mayar begins\n"
             "  10:04:05.042     +32 ms  attempt 1  throttled, HTTP 429, 32 ms: the provider's limit is "
             "reached; calls wait as "
             "long as it says; next try at 10:04:10.000\n"
             "  10:04:10.000       +4 s  attempt 2  the call to mayar begins\n"
             "  10:04:10.200    +200 ms  attempt 2  accepted, HTTP 200, 200 ms\n");
}

BOOST_AUTO_TEST_CASE(names_the_day_where_it_changes) {
  const std::string text = timeline_text(
      {entry(EntryType::AttemptIntent, Millis(0)), entry(EntryType::AttemptIntent, std::chrono::hours(24))},
      false);
  BOOST_TEST(text.find("2026-01-02 WIB\n") != std::string::npos);
  BOOST_TEST(text.find("2026-01-03 WIB\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(counts_in_milliseconds_from_none) {
  const std::string text = timeline_text(
      {entry(EntryType::AttemptIntent, Millis(0)), entry(EntryType::JobHeld, Millis(0))}, false);
  BOOST_TEST(text.find("+0 ms") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(says_who_closed_it_and_why) {
  Entry closed = entry(EntryType::JobClosed, Millis(0));
  closed.actor = "uid:1000";
  closed.outcome = Outcome::NotSent;
  closed.reason = "Budi has no mail";
  BOOST_TEST(entry_words(closed) == "as not sent, by uid:1000: Budi has no mail");
  closed.outcome = Outcome::Accepted;
  BOOST_TEST(entry_words(closed) == "as sent, by uid:1000: Budi has no mail");
}

BOOST_AUTO_TEST_CASE(every_type_has_words_or_a_name) {
  for (int i = 0; i <= static_cast<int>(EntryType::CheckpointDaily); ++i) {
    const auto type = static_cast<EntryType>(i);
    const std::string text = timeline_text({entry(type, Millis(0))}, false);
    BOOST_TEST(text.size() > 40U, name(type));
  }
}

BOOST_AUTO_TEST_CASE(nothing_raw_reaches_the_terminal) {
  Entry odd = entry(EntryType::JobCancelled, Millis(0));
  odd.actor = "uid:\033[31m";
  odd.reason = "a\nb\033";
  const std::string words = entry_words(odd);
  BOOST_TEST(words.find_first_of("\033\n") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface

#include <boost/test/unit_test.hpp>

#include "base/time_text.h"
#include "job/send_window.h"
#include "tests/support/clock_changes.h"

using latchkey::format_utc;
using latchkey::LocalTime;
using latchkey::Millis;
using latchkey::parse_rfc3339;
using latchkey::TimePoint;
using latchkey::TimeZone;
using latchkey::job::parse_time_of_day;
using latchkey::job::parse_weekdays;
using latchkey::job::SendWindow;

namespace {

using std::chrono::hours;
using std::chrono::minutes;
namespace test = latchkey::test;

SendWindow window(const TimeZone& zone, const std::string& days, const std::string& from,
                  const std::string& to) {
  return {zone, parse_weekdays(days).value(), parse_time_of_day(from).value(), parse_time_of_day(to).value()};
}
SendWindow window(const std::string& zone, const std::string& days, const std::string& from,
                  const std::string& to) {
  return window(TimeZone::named(zone).value(), days, from, to);
}

TimePoint at(const std::string& time) {
  return parse_rfc3339(time).value();
}
/// When it is open first from there on, and when it then closes.
std::string next(const SendWindow& window, const std::string& from) {
  const TimePoint opening = window.first_open(at(from));
  BOOST_TEST(window.open(opening));
  const TimePoint closing = window.closes(opening);
  BOOST_TEST(!window.open(closing));
  return format_utc(opening).substr(0, 16) + " to " + format_utc(closing).substr(0, 16);
}

/// "SMTWTFS" with dots for the days that are not in it.
std::string days(const std::string& text) {
  const auto weekdays = parse_weekdays(text);
  if (!weekdays) return "none";
  std::string shown = "SMTWTFS";
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!(*weekdays)[i]) shown[i] = '.';
  }
  return shown;
}

/// A window, and whether what the clocks show is in it, told anew.
struct Hours {
  const char* days;
  const char* from;
  const char* to;
  const char* shown_days;  ///< "SMTWTFS" with dots
  int first_minute;
  int last_minute;
  bool in(const LocalTime& t) const {
    const std::chrono::weekday weekday(std::chrono::floor<std::chrono::days>(to_seconds(t)));
    const int minute = 60 * t.hour + t.minute;
    return shown_days[weekday.c_encoding()] != '.' && minute >= first_minute && minute <= last_minute;
  }
};

constexpr Hours kHours[] = {
    {"MON-FRI", "08:00", "18:00", ".MTWTF.", 480, 1079}, {"MON-SUN", "00:30", "02:30", "SMTWTFS", 30, 149},
    {"SAT-SUN", "02:15", "02:45", "S.....S", 135, 164},  {"MON-SUN", "01:00", "24:00", "SMTWTFS", 60, 1439},
    {"SAT", "00:00", "24:00", "......S", 0, 1439},       {"MON-SUN", "23:30", "24:00", "SMTWTFS", 1410, 1439},
    {"SUN,MON", "00:00", "00:15", "SM.....", 0, 14}};

/// What the window says otherwise than the clocks; empty: nothing. It is asked every five minutes, and at the
/// minutes before and after those at which the clocks say something else.
std::string difference(const test::ClockChange& change, const test::WatchedClocks& clocks,
                       const Hours& hold) {
  const SendWindow window = ::window(change.zone, hold.days, hold.from, hold.to);
  // From the last minute back: when it is open next, and closed next, as far as the clocks are watched.
  TimePoint opening = clocks.end(), closing = clocks.end();
  Millis open{0};
  bool was_open = false;
  int same = 0;
  for (auto minute = clocks.shown().rbegin(); minute != clocks.shown().rend(); ++minute) {
    const TimePoint t = minute->first;
    const bool is_open = hold.in(minute->second);
    (is_open ? opening : closing) = t;
    if (is_open) open += minutes(1);
    same = is_open == was_open ? same + 1 : 0;
    was_open = is_open;
    const auto before = std::next(minute);
    const bool is_last_before = before == clocks.shown().rend() || hold.in(before->second) != is_open;
    if (same % 5 != 0 && !is_last_before && t != change.at) continue;
    const auto fault = [&](const char* what) {
      return std::string(what) + ": " + hold.days + " " + hold.from + " at " + format_utc(t);
    };
    if (window.open(t) != is_open) return fault("open");
    if (std::min(window.first_open(t), clocks.end()) != opening) return fault("first_open");
    if (is_open && std::min(window.closes(t), clocks.end()) != closing) return fault("closes");
  }
  return window.open_between(clocks.begin(), clocks.end()) == open ? "" : "open_between";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(send_window_tests)

BOOST_AUTO_TEST_CASE(reads_days) {
  BOOST_TEST(days("MON-FRI") == ".MTWTF.");
  BOOST_TEST(days("MON,WED,fri") == ".M.W.F.");
  BOOST_TEST(days("MON-SUN") == "SMTWTFS");
  BOOST_TEST(days("SAT-MON") == "SM....S");
  BOOST_TEST(days("sun") == "S......");
  BOOST_TEST(days("MON-WED, SAT") == ".MTW..S");
  BOOST_TEST(days("TUE-TUE,TUE") == "..T....");
  for (const char* text : {"", ",", "MON,", "MON-", "-MON", "MON-TUE-WED", "MONDAY", "1-5", "*", "MON FRI"}) {
    BOOST_TEST(days(text) == "none", text);
  }
}

BOOST_AUTO_TEST_CASE(reads_times_of_day) {
  BOOST_TEST(parse_time_of_day("00:00").value().count() == 0);
  BOOST_TEST(parse_time_of_day("08:30").value().count() == 510);
  BOOST_TEST(parse_time_of_day("24:00").value().count() == 1440);
  for (const char* text :
       {"", "8:00", "08", "08:60", "24:01", "25:00", "08:00:00", "0800 ", "-8:00", "8 :00"}) {
    BOOST_TEST(!parse_time_of_day(text), text);
  }
}

BOOST_AUTO_TEST_CASE(opens_on_its_days_by_the_clocks_of_its_place) {
  const SendWindow w = window("Asia/Jakarta", "MON-FRI", "08:00", "18:00");  // UTC+7
  BOOST_TEST(next(w, "2026-11-25T00:59:59Z") == "2026-11-25T01:00 to 2026-11-25T11:00");
  BOOST_TEST(next(w, "2026-11-25T05:00:00Z") == "2026-11-25T05:00 to 2026-11-25T11:00");
  BOOST_TEST(next(w, "2026-11-25T11:00:00Z") == "2026-11-26T01:00 to 2026-11-26T11:00");
  BOOST_TEST(next(w, "2026-11-27T12:00:00Z") == "2026-11-30T01:00 to 2026-11-30T11:00");
}

BOOST_AUTO_TEST_CASE(is_exact_to_the_millisecond) {
  const SendWindow w = window("UTC", "MON-FRI", "08:00", "18:00");
  BOOST_TEST(!w.open(at("2026-11-25T07:59:59.999Z")));
  BOOST_TEST(w.open(at("2026-11-25T08:00:00.000Z")));
  BOOST_TEST(w.open(at("2026-11-25T17:59:59.999Z")));
  BOOST_TEST(!w.open(at("2026-11-25T18:00:00.000Z")));
  const TimePoint within = at("2026-11-25T09:00:00.123Z");
  BOOST_TEST((w.first_open(within) == within));
  BOOST_TEST((w.closes(at("2026-11-25T17:59:59.999Z")) == at("2026-11-25T18:00:00Z")));
}

BOOST_AUTO_TEST_CASE(whole_days_are_one_window) {
  const SendWindow w = window("UTC", "MON-FRI", "00:00", "24:00");
  BOOST_TEST(next(w, "2026-11-22T12:00:00Z") == "2026-11-23T00:00 to 2026-11-28T00:00");
  const SendWindow until_midnight = window("UTC", "MON-SUN", "20:00", "24:00");
  BOOST_TEST(next(until_midnight, "2026-11-22T22:00:00Z") == "2026-11-22T22:00 to 2026-11-23T00:00");
}

BOOST_AUTO_TEST_CASE(follows_the_clocks_when_they_are_set) {
  const SendWindow early = window("Europe/Berlin", "SUN", "02:30", "03:30");
  BOOST_TEST(next(early, "2026-03-28T12:00:00Z") == "2026-03-29T01:00 to 2026-03-29T01:30");
  // 02:30 to 03:00 twice: half an hour, half an hour closed, an hour.
  BOOST_TEST(next(early, "2026-10-24T12:00:00Z") == "2026-10-25T00:30 to 2026-10-25T01:00");
  BOOST_TEST(next(early, "2026-10-25T01:00:00Z") == "2026-10-25T01:30 to 2026-10-25T02:30");
  const SendWindow in_gap = window("Europe/Berlin", "SUN", "02:15", "02:45");
  BOOST_TEST(next(in_gap, "2026-03-28T12:00:00Z") == "2026-04-05T00:15 to 2026-04-05T00:45");
  // Apia had no Friday, 30 December 2011.
  const SendWindow friday = window("Pacific/Apia", "FRI", "08:00", "18:00");
  BOOST_TEST(next(friday, "2011-12-28T12:00:00Z") == "2012-01-05T18:00 to 2012-01-06T04:00");
}

BOOST_AUTO_TEST_CASE(counts_how_long_it_is_open) {
  const SendWindow w = window("Europe/Berlin", "MON-FRI", "08:00", "18:00");
  BOOST_TEST(w.open_a_week().count() == Millis(hours(50)).count());
  const auto between = [](const SendWindow& each, const char* begin, const char* end) {
    return latchkey::format_duration(each.open_between(at(begin), at(end)));
  };
  BOOST_TEST(between(w, "2026-11-25T06:00:00Z", "2026-11-25T08:30:00Z") == "1h30m");
  BOOST_TEST(between(w, "2026-11-25T16:59:00Z", "2026-11-26T07:01:00Z") == "2m");
  BOOST_TEST(between(w, "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z") == "0s");
  BOOST_TEST(between(w, "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z") == "2d2h");
  BOOST_TEST(between(w, "2026-11-25T09:00:00Z", "2026-11-25T09:00:00Z") == "0s");
  const SendWindow night = window("Europe/Berlin", "MON-SUN", "00:00", "06:00");
  BOOST_TEST(between(night, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z") == "5h");
  BOOST_TEST(between(night, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z") == "7h");
}

BOOST_AUTO_TEST_CASE(agrees_with_watched_clocks_at_every_change) {
  for (const test::ClockChange& change : test::clock_changes()) {
    const test::WatchedClocks clocks(change, minutes(100));
    BOOST_TEST_CONTEXT(test::told(change)) {
      for (const Hours& each : kHours) BOOST_TEST(difference(change, clocks, each) == "");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

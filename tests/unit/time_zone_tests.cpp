#include <boost/test/unit_test.hpp>

#include "base/time_text.h"
#include "base/time_zone.h"
#include "tests/support/clock_changes.h"

using latchkey::format_local_time;
using latchkey::format_utc;
using latchkey::LocalTime;
using latchkey::parse_local_time;
using latchkey::parse_rfc3339;
using latchkey::Resolved;
using latchkey::TimePoint;
using latchkey::TimeZone;

namespace {

namespace test = latchkey::test;

std::string local(const std::string& zone, const std::string& time) {
  return format_local_time(TimeZone::named(zone).value().local(parse_rfc3339(time).value()));
}

/// "once MOMENT", "never, next MOMENT" or "MOMENT and MOMENT".
std::string resolved(const std::string& zone, const std::string& time) {
  const Resolved found = TimeZone::named(zone).value().resolve(parse_local_time(time).value());
  const std::string first = format_utc(found.first).substr(0, 19);
  const std::string last = format_utc(found.last).substr(0, 19);
  if (found.kind == Resolved::Kind::Fold) return first + " and " + last;
  if (first != last) return "not one moment";
  return (found.kind == Resolved::Kind::Gap ? "never, next " : "once ") + first;
}

std::string told(const std::string& zone, const std::string& time) {
  return TimeZone::named(zone).value().format(parse_rfc3339(time).value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(time_zone_tests)

BOOST_AUTO_TEST_CASE(tells_the_time_of_a_place) {
  BOOST_TEST(told("Europe/Berlin", "2026-11-25T09:35:12.000Z") == "25 November 2026, 10:35 CET");
  BOOST_TEST(told("Asia/Jakarta", "2026-11-25T09:35:12.000Z") == "25 November 2026, 16:35 WIB");
  BOOST_TEST(told("UTC", "2026-01-02T03:04:05.000Z") == "2 January 2026, 03:04 UTC");
}

BOOST_AUTO_TEST_CASE(promises_no_second_too_much) {
  BOOST_TEST(told("UTC", "2026-01-02T03:04:59.999Z") == "2 January 2026, 03:04 UTC");
}

BOOST_AUTO_TEST_CASE(knows_daylight_saving_time_on_both_sides_of_its_change) {
  BOOST_TEST(told("Europe/Berlin", "2026-10-25T00:59:00Z") == "25 October 2026, 02:59 CEST");
  BOOST_TEST(told("Europe/Berlin", "2026-10-25T01:00:00Z") == "25 October 2026, 02:00 CET");
  BOOST_TEST(told("Europe/Berlin", "2026-03-29T01:00:00Z") == "29 March 2026, 03:00 CEST");
}

BOOST_AUTO_TEST_CASE(changes_the_day_and_the_year_with_the_place) {
  BOOST_TEST(told("Asia/Tokyo", "2026-12-31T15:00:00Z") == "1 January 2027, 00:00 JST");
  BOOST_TEST(told("America/New_York", "2027-01-01T04:59:00Z") == "31 December 2026, 23:59 EST");
}

BOOST_AUTO_TEST_CASE(shows_the_distance_of_zones_without_a_name) {
  BOOST_TEST(told("America/Sao_Paulo", "2026-11-25T12:00:00Z") == "25 November 2026, 09:00 UTC-03");
  BOOST_TEST(told("Asia/Kathmandu", "2026-11-25T12:00:00Z") == "25 November 2026, 17:45 UTC+05:45");
}

BOOST_AUTO_TEST_CASE(knows_no_other_names) {
  for (const char* name :
       {"", "Berlin", "europe/berlin", "Europe/Berlin ", "Mars/Base", "../../etc/passwd", "/etc/passwd"}) {
    BOOST_TEST(!TimeZone::named(name), name);
  }
}

BOOST_AUTO_TEST_CASE(suggests_the_zone_that_was_meant) {
  BOOST_TEST(TimeZone::nearest_name("Jakarta").value() == "Asia/Jakarta");
  BOOST_TEST(TimeZone::nearest_name("europe/jakarta").value() == "Asia/Jakarta");
  BOOST_TEST(TimeZone::nearest_name("New York").value() == "America/New_York");
  BOOST_TEST(TimeZone::nearest_name("Europe/Berlim").value() == "Europe/Berlin");
  BOOST_TEST(TimeZone::nearest_name("utc").value() == "UTC");
  for (const char* name : {"Mars/Base", "WIB", ""}) BOOST_TEST(!TimeZone::nearest_name(name), name);
}

BOOST_AUTO_TEST_CASE(reads_the_clocks_of_a_place) {
  BOOST_TEST(TimeZone::named("Asia/Jakarta").value().name() == "Asia/Jakarta");
  BOOST_TEST(local("Asia/Jakarta", "2026-11-30T23:59:59.999Z") == "2026-12-01T06:59:59");
  BOOST_TEST(local("America/St_Johns", "2026-11-30T00:00:00Z") == "2026-11-29T20:30:00");
  BOOST_TEST(local("UTC", "1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59");
}

BOOST_AUTO_TEST_CASE(finds_the_moment_of_a_local_time) {
  BOOST_TEST(resolved("Asia/Jakarta", "2026-12-01T09:00") == "once 2026-12-01T02:00:00");
  BOOST_TEST(resolved("UTC", "2026-12-01T09:00") == "once 2026-12-01T09:00:00");
  BOOST_TEST(resolved("Europe/Berlin", "2026-07-01T09:00:59") == "once 2026-07-01T07:00:59");
  BOOST_TEST(resolved("Asia/Manila", "1844-12-29T12:00") == "once 1844-12-30T03:56:08");
}

BOOST_AUTO_TEST_CASE(knows_what_a_gap_skips) {
  BOOST_TEST(resolved("Europe/Berlin", "2026-03-29T01:59:59") == "once 2026-03-29T00:59:59");
  BOOST_TEST(resolved("Europe/Berlin", "2026-03-29T02:00") == "never, next 2026-03-29T01:00:00");
  BOOST_TEST(resolved("Europe/Berlin", "2026-03-29T02:59:59") == "never, next 2026-03-29T01:00:00");
  BOOST_TEST(resolved("Europe/Berlin", "2026-03-29T03:00") == "once 2026-03-29T01:00:00");
  BOOST_TEST(resolved("Pacific/Apia", "2011-12-30T09:00") == "never, next 2011-12-30T10:00:00");
  BOOST_TEST(resolved("Australia/Lord_Howe", "2026-10-04T02:15") == "never, next 2026-10-03T15:30:00");
}

BOOST_AUTO_TEST_CASE(knows_what_a_fold_shows_twice) {
  BOOST_TEST(resolved("Europe/Berlin", "2026-10-25T01:59:59") == "once 2026-10-24T23:59:59");
  BOOST_TEST(resolved("Europe/Berlin", "2026-10-25T02:00") == "2026-10-25T00:00:00 and 2026-10-25T01:00:00");
  BOOST_TEST(resolved("Europe/Berlin", "2026-10-25T02:59:59") ==
             "2026-10-25T00:59:59 and 2026-10-25T01:59:59");
  BOOST_TEST(resolved("Europe/Berlin", "2026-10-25T03:00") == "once 2026-10-25T02:00:00");
  BOOST_TEST(resolved("Australia/Lord_Howe", "2026-04-05T01:45") ==
             "2026-04-04T14:45:00 and 2026-04-04T15:15:00");
}

// Without the long form of the database, which Debian installs, daylight saving time would end with its last
// table entry, long before 2037.
BOOST_AUTO_TEST_CASE(has_rules_until_2037) {
  BOOST_TEST(local("Europe/Berlin", "2037-07-01T12:00:00Z") == "2037-07-01T14:00:00");
}

BOOST_AUTO_TEST_CASE(agrees_with_watched_clocks_at_every_change) {
  const auto& changes = test::clock_changes();
  BOOST_TEST(changes.size() > 1500U);
  for (const test::ClockChange& change : changes) {
    const test::WatchedClocks clocks(change, std::chrono::hours(3));
    BOOST_TEST_CONTEXT(test::told(change)) {
      for (const LocalTime& t : clocks.calendar()) {
        const Resolved found = change.zone.resolve(t);
        const std::vector<TimePoint> moments = clocks.moments(t);
        const auto kind = moments.empty()       ? Resolved::Kind::Gap
                          : moments.size() == 1 ? Resolved::Kind::Unique
                                                : Resolved::Kind::Fold;
        // The edges of what was watched may belong to a fold of which only a part was seen.
        const bool is_edge = found.first < clocks.begin() || found.last >= clocks.end();
        if (is_edge) continue;
        const TimePoint first = moments.empty() ? clocks.skipped_at(t).value() : moments.front();
        const TimePoint last = moments.empty() ? first : moments.back();
        const bool own = change.zone.period(first).owns(to_seconds(t));
        if (found.kind != kind || found.first != first || found.last != last ||
            own != (kind == Resolved::Kind::Unique))
          BOOST_ERROR(format_local_time(t));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

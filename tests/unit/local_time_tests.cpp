#include <boost/test/unit_test.hpp>

#include "base/local_time.h"

using latchkey::format_local_time;
using latchkey::LocalTime;
using latchkey::parse_local_time;
using latchkey::to_local_time;
using latchkey::to_seconds;

BOOST_AUTO_TEST_SUITE(local_time_tests)

BOOST_AUTO_TEST_CASE(reads_with_and_without_seconds) {
  BOOST_TEST((parse_local_time("2026-12-01T09:00:05") == LocalTime{2026, 12, 1, 9, 0, 5}));
  BOOST_TEST((parse_local_time("2026-12-01T09:00") == LocalTime{2026, 12, 1, 9, 0, 0}));
  BOOST_TEST((parse_local_time("2028-02-29T23:59:59") == LocalTime{2028, 2, 29, 23, 59, 59}));
}

BOOST_AUTO_TEST_CASE(takes_no_zone_and_nothing_that_no_calendar_has) {
  for (const char* text :
       {"", "2026-12-01", "2026-12-01T09", "2026-12-01 09:00:00", "2026-12-01t09:00:00",
        "2026-12-01T09:00:00Z", "2026-12-01T09:00Z", "2026-12-01T09:00:00+07:00", "2026-12-01T9:00:00.0",
        "2026-12-01T09:00:00.5", "2026-02-29T09:00:00", "2026-13-01T09:00:00", "2026-12-01T24:00:00",
        "2026-12-01T09:60:00", "2026-12-01T09:00:60", "20261-2-01T09:00:00", "2026-12-01T09:00 ",
        "tomorrow at nine oc"}) {
    BOOST_TEST(!parse_local_time(text), text);
  }
}

BOOST_AUTO_TEST_CASE(counts_seconds_over_every_kind_of_end) {
  const auto later = [](const LocalTime& t, int seconds) {
    return format_local_time(to_local_time(to_seconds(t) + std::chrono::seconds(seconds)));
  };
  BOOST_TEST(later({2026, 12, 31, 23, 59, 59}, 1) == "2027-01-01T00:00:00");
  BOOST_TEST(later({2028, 2, 28, 12, 0, 0}, 86400) == "2028-02-29T12:00:00");
  BOOST_TEST(later({2026, 2, 28, 12, 0, 0}, 86400) == "2026-03-01T12:00:00");
  BOOST_TEST(later({1970, 1, 1, 0, 0, 0}, -1) == "1969-12-31T23:59:59");
}

BOOST_AUTO_TEST_SUITE_END()

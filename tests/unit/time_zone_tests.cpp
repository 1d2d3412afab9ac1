#include <boost/test/unit_test.hpp>

#include "base/time_text.h"
#include "base/time_zone.h"

using latchkey::parse_rfc3339;
using latchkey::TimeZone;

namespace {

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

BOOST_AUTO_TEST_SUITE_END()

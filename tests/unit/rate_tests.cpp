#include <boost/test/unit_test.hpp>
#include <tuple>

#include "job/rate.h"

namespace latchkey::job {

BOOST_AUTO_TEST_SUITE(rate_tests)

BOOST_AUTO_TEST_CASE(reads_calls_per_period) {
  const std::vector<std::tuple<const char*, std::int64_t>> cases{
      {"20/min", 3'000'000}, {"10/s", 100'000},  {"600/h", 6'000'000}, {"1/h", 3'600'000'000},
      {"1000000/s", 1},      {"1/s", 1'000'000}, {"60000000/min", 1},  {"3600000000/h", 1}};
  for (const auto& [text, interval] : cases) {
    const auto rate = parse_rate(text);
    BOOST_REQUIRE_MESSAGE(rate, text);
    BOOST_CHECK_EQUAL(rate->interval.count(), interval);
    BOOST_CHECK_EQUAL(rate->burst, 1);
    BOOST_CHECK_EQUAL(rate->text, text);
    BOOST_CHECK(!rate->unlimited());
  }
}

BOOST_AUTO_TEST_CASE(unlimited_has_no_interval) {
  const auto rate = parse_rate("unlimited");
  BOOST_REQUIRE(rate);
  BOOST_CHECK(rate->unlimited());
  BOOST_CHECK_EQUAL(rate->text, "unlimited");
}

// A third of a second cannot be kept in microseconds: rounded down, three calls would fit into less than a
// second.
BOOST_AUTO_TEST_CASE(interval_is_rounded_up) {
  for (const std::int64_t count : {3, 7, 11, 13, 999'999, 700'000}) {
    const auto rate = parse_rate(std::to_string(count) + "/s");
    BOOST_REQUIRE(rate);
    BOOST_CHECK_GE(rate->interval.count() * count, 1'000'000);
    BOOST_CHECK_LT((rate->interval.count() - 1) * count, 1'000'000);
  }
}

BOOST_AUTO_TEST_CASE(rejects_everything_else) {
  for (const char* text : {"",
                           "/",
                           "/s",
                           "20",
                           "20/",
                           "20/parsec",
                           "20/m",
                           "20/sec",
                           "20/S",
                           "20 /s",
                           " 20/s",
                           "20/s ",
                           "20/ s",
                           "0/s",
                           "-1/s",
                           "+1/s",
                           "1.5/s",
                           "1e3/s",
                           "1,000/h",
                           "20/min/min",
                           "Unlimited",
                           "unlimited ",
                           "1000001/s",
                           "60000001/min",
                           "3600000001/h",
                           "99999999999999999999/h",
                           "0x10/s",
                           "\xD9\xA2/s"}) {
    BOOST_CHECK_MESSAGE(!parse_rate(text), text);
  }
  BOOST_CHECK(!parse_rate(std::string_view("20/s\0", 5)));
  BOOST_CHECK(!parse_rate(std::string_view("2\0/s", 4)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::job

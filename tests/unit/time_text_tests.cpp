#include <stdlib.h>
#include <time.h>

#include <boost/test/unit_test.hpp>
#include <limits>

#include "base/time_text.h"
#include "tests/support/seeded_random.h"

namespace latchkey {
namespace {

constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // 0000-01-01T00:00:00.000Z
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

std::int64_t parsed(std::string_view text) {
  const auto t = parse_rfc3339(text);
  BOOST_TEST_REQUIRE(t.has_value(), text);
  return to_ms(*t);
}

/// Another local zone until the end of the scope; a POSIX rule, so that no time zone files are needed.
class LocalZone {
 public:
  explicit LocalZone(const char* rule) {
    if (const char* before = getenv("TZ")) before_ = before;
    setenv("TZ", rule, 1);
    tzset();
  }
  ~LocalZone() {
    if (before_) {
      setenv("TZ", before_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }
  LocalZone(const LocalZone&) = delete;
  LocalZone& operator=(const LocalZone&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(time_text_tests)

BOOST_AUTO_TEST_CASE(utc_is_written_with_milliseconds) {
  BOOST_TEST(format_utc(from_ms(0)) == "1970-01-01T00:00:00.000Z");
  BOOST_TEST(format_utc(from_ms(-1)) == "1969-12-31T23:59:59.999Z");
  BOOST_TEST(format_utc(from_ms(1'767'322'245'006)) == "2026-01-02T02:50:45.006Z");
  BOOST_TEST(format_utc(from_ms(951'782'400'000)) == "2000-02-29T00:00:00.000Z");
  BOOST_TEST(format_utc(from_ms(kFirstMs)) == "0000-01-01T00:00:00.000Z");
  BOOST_TEST(format_utc(from_ms(kLastMs)) == "9999-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_CASE(rfc3339_reads_zones) {
  BOOST_TEST(parsed("1970-01-01T00:00:00Z") == 0);
  BOOST_TEST(parsed("2026-01-02T09:50:45.006+07:00") == 1'767'322'245'006);
  BOOST_TEST(parsed("2026-01-01T22:20:45.006-04:30") == 1'767'322'245'006);
  BOOST_TEST(parsed("1970-01-01T00:00:00-00:00") == 0);
  BOOST_TEST(parsed("1970-01-01T23:59:00+23:59") == 0);
  BOOST_TEST(parsed("1970-01-01t00:00:00z") == 0);
}

BOOST_AUTO_TEST_CASE(rfc3339_cuts_fractions_to_milliseconds) {
  BOOST_TEST(parsed("1970-01-01T00:00:00.1Z") == 100);
  BOOST_TEST(parsed("1970-01-01T00:00:00.12Z") == 120);
  BOOST_TEST(parsed("1970-01-01T00:00:00.0019Z") == 1);
  BOOST_TEST(parsed("1970-01-01T00:00:00.999999999Z") == 999);
  BOOST_TEST(parsed("1969-12-31T23:59:59.9999Z") == -1);
}

BOOST_AUTO_TEST_CASE(rfc3339_knows_leap_years) {
  for (const char* day :
       {"2024-02-29", "2000-02-29", "0000-02-29", "2026-02-28", "2026-04-30", "2026-12-31"}) {
    BOOST_TEST(parse_rfc3339(std::string(day) + "T00:00:00Z").has_value(), day);
  }
  for (const char* day : {"2026-02-29", "1900-02-29", "2100-02-29", "2026-02-30", "2026-04-31", "2026-13-01",
                          "2026-00-10", "2026-01-00", "2026-01-32"}) {
    BOOST_TEST(!parse_rfc3339(std::string(day) + "T00:00:00Z").has_value(), day);
  }
}

BOOST_AUTO_TEST_CASE(rfc3339_stays_within_four_digit_years) {
  BOOST_TEST(parsed("9999-12-31T23:59:59.999Z") == kLastMs);
  BOOST_TEST(parsed("0000-01-01T00:00:00Z") == kFirstMs);
  BOOST_TEST(!parse_rfc3339("9999-12-31T23:59:59-00:01").has_value());
  BOOST_TEST(!parse_rfc3339("0000-01-01T00:00:00+00:01").has_value());
}

BOOST_AUTO_TEST_CASE(rfc3339_refuses_everything_else) {
  for (const char* bad : {"",
                          "2026-01-02",
                          "2026-01-02T03:04:05",
                          "2026-01-02T03:04Z",
                          "2026-01-02 03:04:05Z",
                          "2026-01-02T24:00:00Z",
                          "2026-01-02T23:60:00Z",
                          "2026-12-31T23:59:60Z",
                          "2026-01-02T03:04:05.Z",
                          "2026-01-02T03:04:05,5Z",
                          "2026-01-02T03:04:05.0000000001Z",
                          "2026-01-02T03:04:05+0700",
                          "2026-01-02T03:04:05+07",
                          "2026-01-02T03:04:05+24:00",
                          "2026-01-02T03:04:05+07:60",
                          "2026-01-02T03:04:05ZZ",
                          "2026-01-02T03:04:05Z ",
                          " 2026-01-02T03:04:05Z",
                          "26-01-02T03:04:05Z",
                          "+2026-01-02T03:04:05Z",
                          "-026-01-02T03:04:05Z",
                          "2026-1-02T03:04:05Z",
                          "2026-01-02T3:04:05Z",
                          "2026-01-02T03:04:5Z",
                          "2026-01-02T03:04:+5Z",
                          "20260102T030405Z",
                          "2026-01-02T03:04:05WIB",
                          "2026-01-02T03:04:05.5",
                          "10000-01-01T00:00:00Z",
                          "now"}) {
    BOOST_TEST(!parse_rfc3339(bad).has_value(), "took " << bad);
  }
}

BOOST_AUTO_TEST_CASE(any_moment_comes_back_from_its_text) {
  constexpr std::uint64_t kSeed = 3339;
  SeededRandom random(kSeed);
  for (int i = 0; i < 1000; ++i) {
    const auto ms = kFirstMs + static_cast<std::int64_t>(random.below(kLastMs - kFirstMs + 1));
    BOOST_TEST((parse_rfc3339(format_utc(from_ms(ms))) == from_ms(ms)), "seed " << kSeed << ", " << ms);
  }
}

BOOST_AUTO_TEST_CASE(people_read_local_time_with_its_zone) {
  const LocalZone jakarta("WIB-7");
  BOOST_TEST(format_local(from_ms(1'767'322'245'006)) == "2026-01-02 09:50:45 WIB");
  BOOST_TEST(format_local(from_ms(-1)) == "1970-01-01 06:59:59 WIB");
}

BOOST_AUTO_TEST_CASE(zone_name_follows_daylight_saving) {
  const LocalZone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  BOOST_TEST(format_local(from_ms(parsed("2026-03-29T00:59:59Z"))) == "2026-03-29 01:59:59 CET");
  BOOST_TEST(format_local(from_ms(parsed("2026-03-29T01:00:00Z"))) == "2026-03-29 03:00:00 CEST");
}

BOOST_AUTO_TEST_CASE(short_local_time_drops_the_date_of_today_only) {
  const LocalZone jakarta("WIB-7");
  const TimePoint now = from_ms(parsed("2026-01-02T09:00:00+07:00"));
  BOOST_TEST(format_local_short(from_ms(parsed("2026-01-02T00:00:00+07:00")), now) == "00:00:00");
  BOOST_TEST(format_local_short(from_ms(parsed("2026-01-02T23:59:59+07:00")), now) == "23:59:59");
  BOOST_TEST(format_local_short(from_ms(parsed("2026-01-01T23:59:59+07:00")), now) == "2026-01-01 23:59:59");
  BOOST_TEST(format_local_short(from_ms(parsed("2025-01-02T09:00:00+07:00")), now) == "2025-01-02 09:00:00");
}

BOOST_AUTO_TEST_CASE(durations_are_read) {
  const std::vector<std::pair<std::string, std::int64_t>> good{
      {"90s", 90'000},      {"15m", 900'000},
      {"2h", 7'200'000},    {"500ms", 500},
      {"1d", 86'400'000},   {"0s", 0},
      {"1h30m", 5'400'000}, {"1m1ms", 60'001},
      {"007s", 7'000},      {"1d1h1m1s1ms", 90'061'001},
      {"0d0h", 0},          {"9223372036854775807ms", std::numeric_limits<std::int64_t>::max()}};
  for (const auto& [text, ms] : good) {
    const auto d = parse_duration(text);
    BOOST_TEST_REQUIRE(d.has_value(), text);
    BOOST_TEST(d->count() == ms, text);
  }
}

BOOST_AUTO_TEST_CASE(durations_refuse_everything_else) {
  for (const char* bad : {"",
                          "15",
                          "m",
                          "15 m",
                          "1h 30m",
                          " 1h",
                          "1h ",
                          "1.5h",
                          "-1s",
                          "+1s",
                          "1M",
                          "1H",
                          "1min",
                          "1w",
                          "1y",
                          "30m1h",
                          "1m1m",
                          "1h30",
                          "h1",
                          "1us",
                          "1e3s",
                          "15m!",
                          "9223372036854775808ms",
                          "106751991168d",
                          "99999999999999999999s",
                          "106751991167d8h",
                          "9223372036854775s808ms"}) {
    BOOST_TEST(!parse_duration(bad).has_value(), "took " << bad);
  }
  BOOST_TEST(!parse_duration(std::string_view("1s\0", 3)).has_value());
}

BOOST_AUTO_TEST_CASE(duration_is_written_in_its_largest_units) {
  BOOST_TEST(format_duration(Millis(0)) == "0s");
  BOOST_TEST(format_duration(Millis(250)) == "250ms");
  BOOST_TEST(format_duration(Millis(900'000)) == "15m");
  BOOST_TEST(format_duration(Millis(5'400'000)) == "1h30m");
  BOOST_TEST(format_duration(Millis(86'400'000)) == "1d");
  BOOST_TEST(format_duration(Millis(90'061'001)) == "1d1h1m1s1ms");
  BOOST_TEST(format_duration(Millis(-1'500)) == "-1s500ms");
}

BOOST_AUTO_TEST_CASE(any_duration_comes_back_from_its_text) {
  constexpr std::uint64_t kSeed = 15;
  SeededRandom random(kSeed);
  for (int i = 0; i < 500; ++i) {
    const Millis d(static_cast<std::int64_t>(random.below(std::uint64_t{1} << (1 + random.below(62)))));
    BOOST_TEST((parse_duration(format_duration(d)) == d), "seed " << kSeed << ", " << d.count());
  }
}

BOOST_AUTO_TEST_CASE(span_shows_two_units_at_most) {
  BOOST_TEST(format_span(Millis(0)) == "0 s");
  BOOST_TEST(format_span(Millis(250)) == "250 ms");
  BOOST_TEST(format_span(Millis(3'999)) == "3 s");
  BOOST_TEST(format_span(Millis(125'000)) == "2 min 5 s");
  BOOST_TEST(format_span(Millis(60'000)) == "1 min");
  BOOST_TEST(format_span(Millis(3'600'000 + 180'000 + 59'000)) == "1 h 3 min");
  BOOST_TEST(format_span(Millis(3'600'000 + 59'000)) == "1 h");
  BOOST_TEST(format_span(Millis(4LL * 86'400'000)) == "4 d");
  BOOST_TEST(format_span(Millis(4LL * 86'400'000 + 3'600'000)) == "4 d 1 h");
  BOOST_TEST(format_span(Millis(-3'000)) == "-3 s");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

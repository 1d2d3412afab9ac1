#include "surface/pace_facts.h"

#include <boost/test/unit_test.hpp>

#include "surface/zone_words.h"

namespace latchkey::surface {
namespace {

job::SendWindow window(const char* days, const char* from, const char* to) {
  return {*TimeZone::named("Asia/Jakarta"), *job::parse_weekdays(days), *job::parse_time_of_day(from),
          *job::parse_time_of_day(to)};
}

struct Paced {
  job::Definition definition;
  engine::Settings settings;

  Paced() { settings.of(job::Provider::Mayar).rate = *job::parse_rate("20/min"); }
};

BOOST_FIXTURE_TEST_SUITE(pace_facts_of_definitions, Paced)

BOOST_AUTO_TEST_CASE(limit_and_margin_say_how_long_it_takes) {
  BOOST_TEST(limit_sentence(definition, settings, 4000) ==
             "mayar admits 20/min, 10 % left to others: 1,080 jobs an hour; 4,000 jobs take 3 h 42 min.");
  definition.pace.margin = 0;
  BOOST_TEST(limit_sentence(definition, settings, 1) == "mayar admits 20/min: 1,200 jobs an hour.");
  settings.of(job::Provider::Mayar).rate = {};
  BOOST_TEST(limit_sentence(definition, settings, 1) == "mayar has no limit here.");
  BOOST_TEST(!pace_facts(definition, settings).an_hour);
}

BOOST_AUTO_TEST_CASE(mailed_link_makes_two_calls) {
  definition.provider = job::Provider::Nomos;
  definition.hand_over = job::HandOver::Email;
  definition.pace.margin = 0;
  settings.of(job::Provider::Nomos).rate = *job::parse_rate("10/s");
  BOOST_TEST(pace_facts(definition, settings).an_hour.value() == 18'000);
}

BOOST_AUTO_TEST_CASE(window_says_how_many_fit) {
  BOOST_TEST(window_sentence(definition, settings).empty());
  definition.window = window("MON-FRI", "08:00", "18:00");
  BOOST_TEST(window_sentence(definition, settings) ==
             "The window is MON-FRI 08:00-18:00 Asia/Jakarta: 10,800 jobs a day.");
  BOOST_TEST(pace_facts(definition, settings).a_week.value() == 54'000);
}

BOOST_AUTO_TEST_CASE(days_of_a_window_are_runs_from_monday_on) {
  BOOST_TEST(window_hours(window("SAT-MON", "00:00", "24:00")) == "MON,SAT,SUN 00:00-24:00");
  BOOST_TEST(window_hours(window("MON,WED,FRI", "09:30", "10:00")) == "MON,WED,FRI 09:30-10:00");
  BOOST_TEST(window_hours(window("MON-SUN", "09:00", "10:00")) == "MON-SUN 09:00-10:00");
  BOOST_TEST(window_hours(window("SUN", "09:00", "10:00")) == "SUN 09:00-10:00");
}

BOOST_AUTO_TEST_CASE(times_are_those_of_the_place) {
  const TimeZone jakarta = zone_or_utc("Asia/Jakarta");
  BOOST_TEST(time_words(jakarta, from_ms(1'796'090'400'000)) == "Tue 2026-12-01 09:00:00");
  BOOST_TEST(day_words("2026-11-29") == "Sun 2026-11-29");
  BOOST_TEST(day_words("nonsense") == "nonsense");
  BOOST_TEST(zone_or_utc("Nowhere/City").name() == "UTC");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface

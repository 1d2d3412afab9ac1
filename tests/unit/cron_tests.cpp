#include <boost/test/unit_test.hpp>
#include <set>

#include "base/error.h"
#include "job/cron.h"
#include "tests/support/seeded_random.h"

using latchkey::format_local_time;
using latchkey::InputError;
using latchkey::LocalTime;
using latchkey::parse_local_time;
using latchkey::SeededRandom;
using latchkey::to_local_time;
using latchkey::to_seconds;
using latchkey::job::Cron;

namespace {

/// The next `count` times after this one, without their seconds.
std::string next(const std::string& expression, const std::string& after, int count = 1) {
  const Cron cron = Cron::parse(expression, "cron");
  std::optional<LocalTime> t = parse_local_time(after);
  std::string times;
  for (int i = 0; i < count; ++i) {
    t = cron.next(t.value());
    if (!t) return times + " never";
    BOOST_TEST(cron.matches(*t));
    times += (i == 0 ? "" : " ") + format_local_time(*t).substr(0, 16);
  }
  return times;
}

std::string cron_complaint(const std::string& expression) {
  try {
    Cron::parse(expression, "schedule.cron");
    return "none";
  } catch (const InputError& error) {
    BOOST_TEST(error.errors().size() == 1U);
    BOOST_TEST(error.errors().at(0).field == "schedule.cron");
    return error.errors().at(0).message;
  }
}

/// A field made at random, and what it stands for.
struct RandomField {
  RandomField(int least, int most, SeededRandom& random) : least_(least), most_(most) {
    const auto number = [&](int count) {
      return static_cast<int>(static_cast<unsigned char>(random.bytes(1)[0])) % count;
    };
    const int parts = 1 + number(3);
    for (int i = 0; i < parts; ++i) {
      const int kind = number(4);
      const int a = least + number(most - least + 1);
      const int b = a + number(most - a + 1);
      const int step = 1 + number(most - least);
      if (i > 0) text += ",";
      if (kind == 0) {
        text += "*/" + std::to_string(step);
        add(least, most, step);
      } else if (kind == 1) {
        text += std::to_string(a) + "-" + std::to_string(b) + "/" + std::to_string(step);
        add(a, b, step);
      } else if (kind == 2) {
        text += std::to_string(a) + "-" + std::to_string(b);
        add(a, b, 1);
      } else {
        text += std::to_string(a);
        add(a, a, 1);
      }
    }
    if (number(3) == 0) {
      text = "*";
      add(least, most, 1);
    }
  }
  bool has(unsigned value) const { return values.contains(static_cast<int>(value)); }

  std::string text;
  std::set<int> values;

 private:
  void add(int first, int last, int step) {
    for (int value = least_; value <= most_; ++value) {
      if (value >= first && value <= last && (value - first) % step == 0) values.insert(value);
    }
  }
  int least_, most_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cron_tests)

BOOST_AUTO_TEST_CASE(names_times_by_each_field) {
  const std::string now = "2026-11-25T15:45:12";  // a Wednesday
  BOOST_TEST(next("* * * * *", now, 2) == "2026-11-25T15:46 2026-11-25T15:47");
  BOOST_TEST(next("*/15 * * * *", now, 3) == "2026-11-25T16:00 2026-11-25T16:15 2026-11-25T16:30");
  BOOST_TEST(next("0 9 * * MON", now, 2) == "2026-11-30T09:00 2026-12-07T09:00");
  BOOST_TEST(next("30 6 1,15 * *", now, 3) == "2026-12-01T06:30 2026-12-15T06:30 2027-01-01T06:30");
  BOOST_TEST(next("0 0 1 jan,Jul *", now, 3) == "2027-01-01T00:00 2027-07-01T00:00 2028-01-01T00:00");
  BOOST_TEST(next("5 8-18/5 * * mon-fri", now, 4) ==
             "2026-11-25T18:05 2026-11-26T08:05 2026-11-26T13:05 2026-11-26T18:05");
  BOOST_TEST(next("59 23 31 12 *", now, 2) == "2026-12-31T23:59 2027-12-31T23:59");
  BOOST_TEST(next(" 0\t9  * * * ", now) == "2026-11-26T09:00");
}

BOOST_AUTO_TEST_CASE(next_is_later_than_the_time_itself) {
  BOOST_TEST(next("0 9 * * *", "2026-11-25T08:59:59") == "2026-11-25T09:00");
  BOOST_TEST(next("0 9 * * *", "2026-11-25T09:00:00") == "2026-11-26T09:00");
  BOOST_TEST(next("0 9 * * *", "2026-11-25T09:00:30") == "2026-11-26T09:00");
}

BOOST_AUTO_TEST_CASE(sunday_is_0_and_7_and_the_end_of_a_week) {
  for (const char* expression :
       {"0 0 * * 0", "0 0 * * 7", "0 0 * * SUN", "0 0 * * sun-sun", "0 0 * * 7-7", "@weekly"}) {
    BOOST_TEST(next(expression, "2026-11-25T00:00", 2) == "2026-11-29T00:00 2026-12-06T00:00", expression);
  }
  for (const char* expression : {"0 0 * * SAT-SUN", "0 0 * * 6-7", "0 0 * * 6,0", "0 0 * * SUN,SAT"}) {
    BOOST_TEST(
        next(expression, "2026-11-25T00:00", 3) == "2026-11-28T00:00 2026-11-29T00:00 2026-12-05T00:00",
        expression);
  }
  BOOST_TEST(next("0 0 * * SUN-MON", "2026-11-25T00:00", 2) == "2026-11-29T00:00 2026-11-30T00:00");
}

BOOST_AUTO_TEST_CASE(shorthands) {
  const std::string now = "2026-11-25T15:45:12";
  BOOST_TEST(next("@hourly", now, 2) == "2026-11-25T16:00 2026-11-25T17:00");
  BOOST_TEST(next("@daily", now, 2) == "2026-11-26T00:00 2026-11-27T00:00");
  BOOST_TEST(next("@monthly", now, 2) == "2026-12-01T00:00 2027-01-01T00:00");
  BOOST_TEST(next("@Yearly", now, 2) == "2027-01-01T00:00 2028-01-01T00:00");
}

BOOST_AUTO_TEST_CASE(either_day_will_do_when_both_are_restricted) {
  BOOST_TEST(next("0 0 13 * FRI", "2026-11-25T00:00", 4) ==
             "2026-11-27T00:00 2026-12-04T00:00 2026-12-11T00:00 2026-12-13T00:00");
  BOOST_TEST(next("0 0 31 2 MON", "2026-11-25T00:00") == "2027-02-01T00:00");
}

BOOST_AUTO_TEST_CASE(both_days_must_match_when_one_begins_with_a_star) {
  // crontab(5): "if both fields are restricted (i.e., don't start with *)".
  BOOST_TEST(next("0 0 */2 * MON", "2026-11-25T00:00", 2) == "2026-12-07T00:00 2026-12-21T00:00");
  BOOST_TEST(next("0 0 13 * */5", "2026-11-25T00:00", 2) == "2026-12-13T00:00 2027-06-13T00:00");
}

BOOST_AUTO_TEST_CASE(leap_days_come_when_they_do) {
  BOOST_TEST(next("0 12 29 2 *", "2026-11-25T00:00", 2) == "2028-02-29T12:00 2032-02-29T12:00");
  BOOST_TEST(next("0 12 29 2 *", "2096-03-01T00:00") == "2104-02-29T12:00");
  BOOST_TEST(next("0 0 31 * *", "2026-11-25T00:00", 3) ==
             "2026-12-31T00:00 2027-01-31T00:00 2027-03-31T00:00");
}

BOOST_AUTO_TEST_CASE(ends_with_the_calendar) {
  BOOST_TEST(next("0 0 1 1 *", "9998-06-01T00:00") == "9999-01-01T00:00");
  BOOST_TEST(next("0 0 1 1 *", "9999-06-01T00:00") == " never");
  BOOST_TEST(next("* * * * *", "9999-12-31T23:59") == " never");
}

BOOST_AUTO_TEST_CASE(matches_whole_minutes_only) {
  const Cron cron = Cron::parse("0 9 * * MON", "cron");
  BOOST_TEST(cron.matches({2026, 11, 30, 9, 0, 0}));
  BOOST_TEST(!cron.matches({2026, 11, 30, 9, 0, 1}));
  BOOST_TEST(!cron.matches({2026, 11, 29, 9, 0, 0}));
  BOOST_TEST(!cron.matches({2026, 11, 30, 9, 1, 0}));
  BOOST_TEST(!cron.matches({2026, 11, 30, 10, 0, 0}));
  BOOST_TEST(Cron::parse(" 0 9 * * MON ", "cron").text() == "0 9 * * MON");
}

BOOST_AUTO_TEST_CASE(names_the_field_and_the_part_that_is_wrong) {
  BOOST_TEST(cron_complaint("60 * * * *") == "minute: expected 0 to 59, got \"60\"");
  BOOST_TEST(cron_complaint("0,15,75 * * * *") == "minute: expected 0 to 59, got \"75\" in \"0,15,75\"");
  BOOST_TEST(cron_complaint("0 8-24 * * *") == "hour: expected 0 to 23, got \"8-24\"");
  BOOST_TEST(cron_complaint("0 0 0 * *") == "day of month: expected 1 to 31, got \"0\"");
  BOOST_TEST(cron_complaint("0 0 1 JANUARY *") == "month: expected 1 to 12 or JAN to DEC, got \"JANUARY\"");
  BOOST_TEST(cron_complaint("0 0 1 MON *") == "month: expected 1 to 12 or JAN to DEC, got \"MON\"");
  BOOST_TEST(cron_complaint("0 0 * * 8") == "day of week: expected 0 to 7 or SUN to SAT, got \"8\"");
  BOOST_TEST(cron_complaint("0 18-8 * * *") ==
             "hour: expected a range that ends after it begins, got \"18-8\"");
  BOOST_TEST(cron_complaint("0 0 * * FRI-MON") ==
             "day of week: expected a range that ends after it begins, got \"FRI-MON\"");
  BOOST_TEST(cron_complaint("5/15 * * * *") ==
             "minute: expected a range before the step, such as 5-59/15, got \"5/15\"");
  BOOST_TEST(cron_complaint("*/0 * * * *") == "minute: expected a step from 1 to 59, got \"*/0\"");
  BOOST_TEST(cron_complaint("*/90 * * * *") == "minute: expected a step from 1 to 59, got \"*/90\"");
  BOOST_TEST(cron_complaint("* */x * * *") == "hour: expected a step from 1 to 23, got \"*/x\"");
}

BOOST_AUTO_TEST_CASE(says_what_an_expression_is_made_of) {
  const std::string five =
      "expected five fields (minute, hour, day of month, month, day of week) such as \"0 9 * * MON\", got ";
  BOOST_TEST(cron_complaint("") == five + "0");
  BOOST_TEST(cron_complaint("0 9 * *") == five + "4");
  BOOST_TEST(cron_complaint("0 0 9 * * MON") == five + "6");
  BOOST_TEST(cron_complaint("@dayly") ==
             "expected @hourly, @daily, @weekly, @monthly or @yearly, got \"@dayly\"; did you mean "
             "\"@daily\"?");
  BOOST_TEST(cron_complaint("@reboot") ==
             "expected @hourly, @daily, @weekly, @monthly or @yearly, got \"@reboot\"");
}

BOOST_AUTO_TEST_CASE(rejects_what_is_no_number) {
  for (const char* part : {"",      ",",   "1,", ",1",  "-1",  "1-",  "1--2",
                           "1-2-3", "*-5", "1/", "/5",  "*/*", "1.5", "+1",
                           "0x1",   "?",   "L",  "1#2", "**",  "*5",  "99999999999999999999"}) {
    BOOST_TEST(cron_complaint(std::string("0 0 ") + part + " * *") != "none", part);
    BOOST_TEST(cron_complaint(std::string(part) + " 0 * * *") != "none", part);
  }
  BOOST_TEST(cron_complaint("\x1b[2J * * * *") == "minute: expected 0 to 59, got \"?[2J\"");
}

BOOST_AUTO_TEST_CASE(rejects_what_never_runs) {
  BOOST_TEST(cron_complaint("0 0 31 2 *") == "never runs: no month of \"2\" has a day \"31\"");
  BOOST_TEST(cron_complaint("0 0 30,31 FEB *") == "never runs: no month of \"FEB\" has a day \"30,31\"");
  BOOST_TEST(cron_complaint("0 0 31 2,4,6,9,11 *") ==
             "never runs: no month of \"2,4,6,9,11\" has a day \"31\"");
  BOOST_TEST(cron_complaint("0 0 31 2 */2") == "never runs: no month of \"2\" has a day \"31\"");
  BOOST_TEST(cron_complaint("0 0 29 2 *") == "none");
  BOOST_TEST(cron_complaint("0 0 29 2 */3") == "none");
}

BOOST_AUTO_TEST_CASE(agrees_with_every_minute_tried) {
  constexpr std::uint64_t kSeed = 20261125;
  BOOST_TEST_MESSAGE("seed " << kSeed);
  SeededRandom random(kSeed);
  constexpr int kDays = 40;
  for (int i = 0; i < 200; ++i) {
    const RandomField minute(0, 59, random), hour(0, 23, random), day(1, 31, random), month(1, 12, random),
        weekday(0, 6, random);
    const std::string text =
        minute.text + " " + hour.text + " " + day.text + " " + month.text + " " + weekday.text;
    if (cron_complaint(text) != "none") continue;  // 31 February
    const Cron cron = Cron::parse(text, "cron");
    const bool either = day.text[0] != '*' && weekday.text[0] != '*';
    const LocalTime begin{2024 + i % 5, 1 + i % 12, 1 + i % 28, 12, 30, 0};
    std::optional<LocalTime> expected = cron.next(begin);
    const auto first_day = std::chrono::floor<std::chrono::days>(to_seconds(begin));
    for (auto date = first_day; date <= first_day + std::chrono::days(kDays); date += std::chrono::days(1)) {
      const std::chrono::year_month_day parts(date);
      const bool of_month = day.has(static_cast<unsigned>(parts.day()));
      const bool of_week = weekday.has(std::chrono::weekday(date).c_encoding());
      if (!month.has(static_cast<unsigned>(parts.month()))) continue;
      if (!(either ? of_month || of_week : of_month && of_week)) continue;
      for (int m = 0; m < 24 * 60; ++m) {
        if (!hour.values.contains(m / 60) || !minute.values.contains(m % 60)) continue;
        const LocalTime t = to_local_time(date + std::chrono::minutes(m));
        if (t <= begin) continue;
        BOOST_REQUIRE_MESSAGE(expected == t, text << " at " << format_local_time(t));
        expected = cron.next(*expected);
      }
    }
    BOOST_TEST((!expected || to_seconds(*expected) >= first_day + std::chrono::days(kDays + 1)), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

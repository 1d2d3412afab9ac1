#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>

#include "base/time_text.h"
#include "job/schedule.h"
#include "tests/support/clock_changes.h"

using latchkey::format_local_time;
using latchkey::format_utc;
using latchkey::LocalTime;
using latchkey::parse_local_time;
using latchkey::parse_rfc3339;
using latchkey::TimePoint;
using latchkey::TimeZone;
using latchkey::job::Cron;
using latchkey::job::FoldPolicy;
using latchkey::job::GapPolicy;
using latchkey::job::Occurrence;
using latchkey::job::Schedule;

namespace {

using std::chrono::hours;
using std::chrono::minutes;
namespace test = latchkey::test;

Schedule repeated(const std::string& zone, const std::string& cron, GapPolicy gap = GapPolicy::Next,
                  FoldPolicy fold = FoldPolicy::First) {
  return {TimeZone::named(zone).value(), Cron::parse(cron, "cron"), gap, fold};
}

Schedule once(const std::string& zone, const std::string& at, GapPolicy gap = GapPolicy::Next,
              FoldPolicy fold = FoldPolicy::First) {
  return {TimeZone::named(zone).value(), parse_local_time(at).value(), gap, fold};
}

/// The occurrences after `begin` until `end`, as "HH:MM" of UTC, and "/HH:MM" where another time was asked
/// for than the clocks show.
std::string runs(const Schedule& schedule, const std::string& begin, const std::string& end) {
  std::string all;
  std::optional<Occurrence> each = schedule.next(parse_rfc3339(begin).value());
  for (; each && each->at <= parse_rfc3339(end).value(); each = schedule.next(each->at)) {
    all += (all.empty() ? "" : " ") + format_utc(each->at).substr(11, 5);
    if (schedule.zone().local(each->at) != each->nominal)
      all += "/" + format_local_time(each->nominal).substr(11, 5);
  }
  return all;
}

// Berlin's clocks go from 02:00 to 03:00 at 01:00 UTC, and from 03:00 back to 02:00 at 01:00 UTC.
std::string in_spring(const std::string& cron, GapPolicy gap) {
  return runs(repeated("Europe/Berlin", cron, gap), "2026-03-28T23:59:00Z", "2026-03-29T02:00:00Z");
}
std::string in_autumn(const std::string& cron, FoldPolicy fold) {
  return runs(repeated("Europe/Berlin", cron, GapPolicy::Next, fold), "2026-10-24T23:29:00Z",
              "2026-10-25T02:15:00Z");
}

/// A cron expression and, written independently of it, what it means.
struct Meaning {
  const char* text;
  std::function<bool(const LocalTime&)> holds;
};

const std::vector<Meaning> kMeanings{
    {"*/10 * * * *", [](const LocalTime& t) { return t.minute % 10 == 0; }},
    {"*/15 * * * *", [](const LocalTime& t) { return t.minute % 15 == 0; }},
    {"30 2 * * *", [](const LocalTime& t) { return t.hour == 2 && t.minute == 30; }},
    {"0 * * * *", [](const LocalTime& t) { return t.minute == 0; }},
    {"0 0 * * *", [](const LocalTime& t) { return t.hour == 0 && t.minute == 0; }},
    {"7,53 0-3 * * *", [](const LocalTime& t) { return t.hour <= 3 && (t.minute == 7 || t.minute == 53); }},
    {"20 1-23/2 * * *", [](const LocalTime& t) { return t.hour % 2 == 1 && t.minute == 20; }}};

/// What must run while the clocks are watched, by their minutes alone: the moment, and the first time that
/// was asked for then.
std::map<TimePoint, LocalTime> expected_runs(const test::WatchedClocks& clocks, const Meaning& meaning,
                                             GapPolicy gap, FoldPolicy fold) {
  std::map<TimePoint, LocalTime> runs;
  for (const LocalTime& t : clocks.calendar()) {
    if (!meaning.holds(t)) continue;
    std::vector<TimePoint> moments = clocks.moments(t);
    if (moments.empty() && gap == GapPolicy::Next) moments.push_back(clocks.skipped_at(t).value());
    if (moments.size() > 1 && fold == FoldPolicy::First) moments.pop_back();
    if (moments.size() > 1 && fold == FoldPolicy::Last) moments.erase(moments.begin());
    for (const TimePoint moment : moments) runs.emplace(moment, t);  // the first stays
  }
  return runs;
}

void check_change(const test::ClockChange& change, const test::WatchedClocks& clocks, const Meaning& meaning,
                  GapPolicy gap, FoldPolicy fold) {
  // At the edges of what is watched, a part of another fold may be out of sight.
  const TimePoint begin = clocks.begin() + hours(2);
  const TimePoint end = clocks.end() - hours(2);
  const Schedule schedule(change.zone, Cron::parse(meaning.text, "cron"), gap, fold);
  const auto expected = expected_runs(clocks, meaning, gap, fold);
  std::optional<Occurrence> run = schedule.next(begin);
  for (auto each = expected.upper_bound(begin); each != expected.end() && each->first < end; ++each) {
    if (!run || run->at != each->first || run->nominal != each->second) {
      BOOST_ERROR(meaning.text << " expected " << format_utc(each->first) << ", got "
                               << (run ? format_utc(run->at) : "nothing"));
      return;
    }
    // Whoever asks anew, from any moment between two runs, is told the same one.
    const auto anew = schedule.next(run->at - minutes(1) + latchkey::Millis(1));
    BOOST_REQUIRE((anew && anew->at == run->at && anew->nominal == run->nominal));
    const auto walked = schedule.next(*run);
    run = schedule.next(run->at);
    BOOST_REQUIRE((walked && run && walked->at == run->at && walked->nominal == run->nominal));
  }
  BOOST_REQUIRE_MESSAGE((run && run->at >= end), meaning.text << " runs too often");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schedule_tests)

BOOST_AUTO_TEST_CASE(once_is_once) {
  const Schedule schedule = once("Asia/Jakarta", "2026-12-01T09:00:00");
  const TimePoint at = parse_rfc3339("2026-12-01T02:00:00Z").value();
  BOOST_TEST(schedule.once());
  BOOST_TEST((schedule.next(TimePoint::min()).value().at == at));
  BOOST_TEST((schedule.next(at - latchkey::Millis(1)).value().at == at));
  BOOST_TEST(!schedule.next(at));
  BOOST_TEST(!schedule.next(TimePoint::max()));
}

BOOST_AUTO_TEST_CASE(once_in_a_gap_or_a_fold) {
  const auto all = [](const Schedule& schedule) {
    return runs(schedule, "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z");
  };
  BOOST_TEST(all(once("Europe/Berlin", "2026-03-29T02:30")) == "01:00/02:30");
  BOOST_TEST(all(once("Europe/Berlin", "2026-03-29T02:30", GapPolicy::Skip)) == "");
  BOOST_TEST(all(once("Europe/Berlin", "2026-10-25T02:30")) == "00:30");
  BOOST_TEST(all(once("Europe/Berlin", "2026-10-25T02:30", GapPolicy::Next, FoldPolicy::Last)) == "01:30");
  BOOST_TEST(all(once("Europe/Berlin", "2026-10-25T02:30", GapPolicy::Next, FoldPolicy::Both)) ==
             "00:30 01:30");
}

BOOST_AUTO_TEST_CASE(runs_by_the_clocks_of_its_place) {
  const Schedule schedule = repeated("Europe/Berlin", "0 9 * * MON");
  BOOST_TEST(runs(schedule, "2026-10-18T00:00:00Z", "2026-11-03T00:00:00Z") == "07:00 08:00 08:00");
  BOOST_TEST(!schedule.once());
}

BOOST_AUTO_TEST_CASE(times_in_a_gap_are_one_run_or_none) {
  BOOST_TEST(in_spring("*/15 * * * *", GapPolicy::Next) ==
             "00:00 00:15 00:30 00:45 01:00/02:00 01:15 01:30 01:45 02:00");
  BOOST_TEST(in_spring("*/15 * * * *", GapPolicy::Skip) ==
             "00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45 02:00");
  BOOST_TEST(in_spring("30 2 * * *", GapPolicy::Next) == "01:00/02:30");
  BOOST_TEST(in_spring("30 2 * * *", GapPolicy::Skip) == "");
  BOOST_TEST(in_spring("10,50 2 * * *", GapPolicy::Next) == "01:00/02:10");
  BOOST_TEST(in_spring("0,30 2-3 * * *", GapPolicy::Next) == "01:00/02:00 01:30");
}

BOOST_AUTO_TEST_CASE(times_in_a_fold_run_as_they_are_told) {
  BOOST_TEST(in_autumn("*/15 * * * *", FoldPolicy::First) ==
             "23:30 23:45 00:00 00:15 00:30 00:45 02:00 02:15");
  BOOST_TEST(in_autumn("*/15 * * * *", FoldPolicy::Last) ==
             "23:30 23:45 01:00 01:15 01:30 01:45 02:00 02:15");
  BOOST_TEST(in_autumn("*/15 * * * *", FoldPolicy::Both) ==
             "23:30 23:45 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45 02:00 02:15");
  BOOST_TEST(in_autumn("30 2 * * *", FoldPolicy::First) == "00:30");
  BOOST_TEST(in_autumn("30 2 * * *", FoldPolicy::Last) == "01:30");
  BOOST_TEST(in_autumn("30 2 * * *", FoldPolicy::Both) == "00:30 01:30");
}

BOOST_AUTO_TEST_CASE(asked_from_within_a_fold_it_loses_nothing) {
  const auto next = [](FoldPolicy fold, const char* after) {
    const Schedule schedule = repeated("Europe/Berlin", "30 2 * * *", GapPolicy::Next, fold);
    return format_utc(schedule.next(parse_rfc3339(after).value()).value().at).substr(5, 11);
  };
  BOOST_TEST(next(FoldPolicy::Last, "2026-10-25T00:45:00Z") == "10-25T01:30");
  BOOST_TEST(next(FoldPolicy::Both, "2026-10-25T00:45:00Z") == "10-25T01:30");
  BOOST_TEST(next(FoldPolicy::First, "2026-10-25T00:45:00Z") == "10-26T01:30");
  BOOST_TEST(next(FoldPolicy::First, "2026-10-25T01:15:00Z") == "10-26T01:30");
}

BOOST_AUTO_TEST_CASE(walking_from_run_to_run_is_asking_from_moment_to_moment) {
  for (const char* cron : {"*/20 9-17 * * MON-FRI", "59 23 31 * *", "0 0 1 1 *", "30 2 * * SUN", "@hourly"}) {
    const Schedule schedule = repeated("Australia/Lord_Howe", cron, GapPolicy::Next, FoldPolicy::Both);
    auto run = schedule.next(parse_rfc3339("2026-01-01T00:00:00Z").value());
    while (run && run->at < parse_rfc3339("2029-01-01T00:00:00Z").value()) {
      const auto walked = schedule.next(*run);
      run = schedule.next(run->at);
      if (walked->at != run->at || walked->nominal != run->nominal) BOOST_ERROR(format_utc(run->at));
    }
  }
  const Schedule last = once("UTC", "2026-12-01T09:00");
  BOOST_TEST(!last.next(last.next(TimePoint::min()).value()));
}

BOOST_AUTO_TEST_CASE(a_day_that_a_place_skips_runs_as_the_next_begins) {
  // Apia went from 29 to 31 December 2011.
  const Schedule schedule = repeated("Pacific/Apia", "0 9 * * *");
  BOOST_TEST(runs(schedule, "2011-12-29T10:00:00Z", "2011-12-31T20:00:00Z") ==
             "19:00 10:00/09:00 19:00 19:00");
  const Schedule skipping = repeated("Pacific/Apia", "0 9 * * *", GapPolicy::Skip);
  BOOST_TEST(runs(skipping, "2011-12-29T10:00:00Z", "2011-12-31T20:00:00Z") == "19:00 19:00 19:00");
}

BOOST_AUTO_TEST_CASE(ends_with_the_calendar) {
  const Schedule schedule = repeated("UTC", "0 0 1 1 *");
  BOOST_TEST((schedule.next(TimePoint::min()).value().at == parse_rfc3339("0002-01-01T00:00:00Z")));
  BOOST_TEST(!schedule.next(parse_rfc3339("9999-06-01T00:00:00Z").value()));
  BOOST_TEST(!schedule.next(TimePoint::max()));
}

BOOST_AUTO_TEST_CASE(every_change_of_the_clocks_runs_what_it_should) {
  for (const test::ClockChange& change : test::clock_changes()) {
    const test::WatchedClocks clocks(change, hours(3));
    BOOST_TEST_CONTEXT(test::told(change)) {
      for (const Meaning& meaning : kMeanings) {
        check_change(change, clocks, meaning, GapPolicy::Next, FoldPolicy::First);
        if (change.step > std::chrono::seconds(0)) {
          check_change(change, clocks, meaning, GapPolicy::Skip, FoldPolicy::Both);
        } else {
          check_change(change, clocks, meaning, GapPolicy::Skip, FoldPolicy::Last);
          check_change(change, clocks, meaning, GapPolicy::Next, FoldPolicy::Both);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

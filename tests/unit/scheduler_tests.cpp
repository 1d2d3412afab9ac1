// What fires by itself: once each, at its time or not at all, and only the file that was looked at.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "engine/scheduler.h"
#include "support/made_up_definitions.h"
#include "support/run_rig.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::OccurrenceState;
using test::MadeUpDefinitions;
using test::people;

struct Rig : test::RunRig {
  Rig() : RunRig([](Settings& with) { with.of(job::Provider::Mayar).rate = job::Rate{}; }) {
    parts.actor = "system";
  }
  // Arms a definition that fires at these times, in UTC.
  void arm(const std::string& cron, const std::function<void(job::Definition&)>& adjust = {}) {
    job::Definition definition = test::welcome();
    definition.recipients.repeat = true;
    definition.min_interval = Millis(0);
    definition.file = "welcome.toml";
    definition.schedule.emplace(
        job::DefinitionSchedule{job::Schedule(*TimeZone::named("UTC"), job::Cron::parse(cron, "cron"),
                                              job::GapPolicy::Next, job::FoldPolicy::First),
                                std::nullopt, job::Overlap::Skip});
    if (adjust) adjust(definition);
    source.put(definition);
    command([&](Context& context) { enable_schedule(context, definition); });
  }
  void tick() { scheduler.tick(); }
  void to_the_next_hour() {
    const TimePoint now = clock.now().wall;
    clock.advance(std::chrono::floor<hours>(now) + hours(1) - now);
  }
  // "submitted submitted missed", oldest first.
  std::string happened() {
    auto all = other->occurrences("welcome", 1000);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    std::string text;
    for (const auto& one : all) text += (text.empty() ? "" : " ") + std::string(name(one.state));
    return text;
  }
  std::size_t batches() {
    std::size_t count = 0;
    other->each_batch({}, [&](const store::Batch&) { return ++count > 0; });
    return count;
  }
  std::string told;
  MadeUpDefinitions source;
  Scheduler scheduler{parts, source, [this](const std::string& text, bool) { told += text + "\n"; }};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scheduler_tests)

BOOST_AUTO_TEST_CASE(fires_at_its_time_once) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  rig.tick();
  BOOST_TEST(rig.happened() == "");
  for (int hour = 0; hour < 3; ++hour) {
    const TimePoint next = rig.scheduler.tick();
    BOOST_TEST((next <= rig.clock.now().wall + hours(1)));
    rig.to_the_next_hour();
    rig.tick();
    rig.tick();
    rig.drain();
  }
  BOOST_TEST(rig.happened() == "submitted submitted submitted");
  BOOST_TEST(rig.entries(EntryType::BatchSubmitted).size() == 3U);
  BOOST_TEST(rig.entries(EntryType::BatchSubmitted)[0].actor == "system");
  BOOST_TEST(rig.entries(EntryType::JobAccepted).size() == 6U);
}

BOOST_AUTO_TEST_CASE(nothing_fires_that_is_not_armed) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  rig.command([](Context& context) { disable_schedule(context, "welcome", "not now"); });
  rig.clock.advance(hours(2));
  rig.tick();
  BOOST_TEST(rig.batches() == 0U);
  BOOST_TEST(rig.entries(EntryType::ScheduleDisabled).size() == 1U);
}

BOOST_AUTO_TEST_CASE(changed_file_is_disarmed_before_anything_of_it_fires) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  rig.tick();
  job::Definition changed = rig.source.load("welcome.toml");
  changed.digest = std::string(64, 'b');
  rig.source.put(changed);
  rig.to_the_next_hour();
  rig.tick();
  BOOST_TEST(rig.batches() == 0U);
  BOOST_TEST(!rig.other->find_schedule("welcome")->disarmed.empty());
  BOOST_TEST(rig.told.find("disarmed") != std::string::npos);
  rig.source.gone.insert("welcome.toml");
  rig.tick();
  BOOST_TEST(rig.entries(EntryType::ScheduleDisabled).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_too_late_is_missed_and_said) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  const TimePoint first = std::chrono::ceil<hours>(rig.begin);
  rig.clock.set_wall(first + hours(3) + minutes(14));
  rig.tick();
  // The lifetime is 15 minutes: the fourth is still worth it.
  BOOST_TEST(rig.happened() == "missed missed missed submitted");
  BOOST_TEST(rig.entries(EntryType::OccurrenceMissed).size() == 3U);
  BOOST_TEST(rig.entries(EntryType::OccurrenceMissed)[0].definition.value() == "welcome");
}

BOOST_AUTO_TEST_CASE(catch_up_is_what_was_asked_for) {
  Rig rig;
  rig.arm("0 * * * *", [](job::Definition& with) { with.schedule->catch_up = minutes(1); });
  rig.source.recipients["welcome.csv"] = people(2);
  rig.clock.set_wall(std::chrono::ceil<hours>(rig.begin) + minutes(2));
  rig.tick();
  BOOST_TEST(rig.happened() == "missed");
}

BOOST_AUTO_TEST_CASE(years_of_absence_are_one_entry_and_the_latest) {
  Rig rig;
  rig.arm("*/5 * * * *");
  rig.source.recipients["welcome.csv"] = people(1);
  rig.tick();
  rig.clock.advance(hours(24 * 30));
  rig.tick();
  const auto missed = rig.entries(EntryType::OccurrenceMissed);
  BOOST_TEST(missed.size() < 110U);
  BOOST_TEST(missed.front().count.value() > 8000);
}

BOOST_AUTO_TEST_CASE(schedule_that_is_disabled_while_a_run_of_it_is_stored_stays_disabled) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  rig.source.opened = [&] {
    rig.command([](Context& context) { disable_schedule(context, "welcome", "the wrong one"); });
  };
  rig.to_the_next_hour();
  rig.tick();
  BOOST_TEST(!rig.other->find_schedule("welcome"));
  rig.to_the_next_hour();
  rig.tick();
  BOOST_TEST(rig.batches() == 1U);
}

BOOST_AUTO_TEST_CASE(run_is_skipped_while_the_one_before_has_not_ended) {
  Rig rig;
  rig.arm("*/10 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  rig.clock.advance(minutes(10));
  rig.tick();
  rig.clock.advance(minutes(10));
  rig.tick();
  BOOST_TEST(rig.happened() == "submitted skipped");
  BOOST_TEST(rig.entries(EntryType::OccurrenceSkipped).at(0).nominal.has_value());
  rig.drain();
  rig.to_the_next_hour();
  rig.tick();
  BOOST_TEST(rig.entries(EntryType::BatchSubmitted).size() == 2U);
}

BOOST_AUTO_TEST_CASE(queued_run_begins_after_the_one_before) {
  Rig rig;
  rig.arm("*/10 * * * *", [](job::Definition& with) { with.schedule->overlap = job::Overlap::Queue; });
  rig.source.recipients["welcome.csv"] = people(2);
  rig.clock.advance(minutes(10));
  rig.tick();
  rig.clock.advance(minutes(10));
  rig.tick();
  BOOST_TEST(rig.happened() == "submitted submitted");
}

BOOST_AUTO_TEST_CASE(nothing_is_read_while_nothing_is_due_and_no_file_has_changed) {
  Rig rig;
  for (int i = 0; i < 200; ++i) {
    rig.arm("0 9 * * MON", [&](job::Definition& with) {
      with.name = "d" + std::to_string(i);
      with.file = with.name + ".toml";
    });
  }
  const auto pass_for_a_minute = [&] {
    for (int i = 0; i < 13; ++i) {
      rig.tick();
      rig.clock.advance(seconds(5));
    }
  };
  pass_for_a_minute();
  rig.source.loads = 0;
  pass_for_a_minute();
  BOOST_TEST(rig.source.loads == 0);
  job::Definition changed = rig.source.load("d117.toml");
  changed.digest = std::string(64, 'b');
  rig.source.put(changed);
  pass_for_a_minute();
  BOOST_TEST(!rig.other->find_schedule("d117")->disarmed.empty());
  BOOST_TEST(rig.entries(EntryType::ScheduleDisabled).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_now_is_tried_again_without_haste) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.to_the_next_hour();  // and the recipients are not there
  BOOST_TEST((rig.scheduler.tick() == rig.clock.now().wall + Scheduler::kLookAgain));
  BOOST_TEST((rig.scheduler.tick() == rig.clock.now().wall + Scheduler::kLookAgain));
  BOOST_TEST(rig.happened() == "");
}

// Before there was next_at, and after an update of the zones' rules.
BOOST_AUTO_TEST_CASE(next_time_that_is_wrong_is_put_right) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  auto schedule = rig.other->find_schedule("welcome").value();
  const auto right = schedule.next_at;
  BOOST_TEST((right == std::chrono::ceil<hours>(rig.begin)));
  schedule.next_at = TimePoint();
  rig.command([&](Context& context) { context.store.put_schedule(schedule); });
  rig.tick();
  BOOST_TEST((rig.other->find_schedule("welcome")->next_at == right));
  BOOST_TEST(rig.batches() == 0U);
  rig.to_the_next_hour();
  rig.tick();
  BOOST_TEST((rig.other->find_schedule("welcome")->next_at == *right + hours(1)));
}

BOOST_AUTO_TEST_CASE(recipients_that_do_not_hold_skip_the_run) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = "email\nnobody\n";
  rig.to_the_next_hour();
  rig.tick();
  BOOST_TEST(rig.happened() == "skipped");
  BOOST_TEST(rig.batches() == 0U);
}

BOOST_AUTO_TEST_CASE(recipients_that_are_not_there_yet_are_waited_for_until_it_is_too_late) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.clock.set_wall(std::chrono::ceil<hours>(rig.begin));
  rig.tick();
  rig.tick();
  BOOST_TEST(rig.happened() == "");
  rig.source.recipients["welcome.csv"] = people(2);
  rig.tick();
  BOOST_TEST(rig.happened() == "submitted");
  rig.drain();
  rig.source.recipients.clear();
  rig.clock.set_wall(std::chrono::ceil<hours>(rig.begin) + hours(1) + minutes(20));
  rig.tick();
  BOOST_TEST(rig.happened() == "submitted missed");
}

BOOST_AUTO_TEST_CASE(dropped_file_is_taken_once_it_is_complete_and_its_bytes_once) {
  Rig rig;
  rig.arm("0 * * * *", [](job::Definition& with) {
    with.schedule.reset();
    with.recipients.file.clear();
    with.recipients.folder = "drop";
  });
  const auto drop = [&](const std::string& name, const std::string& text) {
    rig.source.recipients["drop/" + name] = text;
    rig.source.changed["drop/" + name] += 1;
  };
  drop("a.csv", people(2));
  rig.tick();
  BOOST_TEST(rig.batches() == 0U);  // it may still be being written
  drop("a.csv", people(3));
  rig.clock.advance(seconds(6));
  rig.tick();
  BOOST_TEST(rig.batches() == 0U);
  rig.clock.advance(seconds(6));
  rig.tick();
  BOOST_TEST(rig.batches() == 1U);
  rig.drain();
  drop("b.csv", people(3));
  for (int i = 0; i < 3; ++i) {
    rig.clock.advance(seconds(6));
    rig.tick();
  }
  BOOST_TEST(rig.batches() == 1U);
  BOOST_TEST(rig.told.find("was taken before") != std::string::npos);
  drop("c.csv", "email\nnobody\n");
  for (int i = 0; i < 3; ++i) {
    rig.clock.advance(seconds(6));
    rig.tick();
  }
  BOOST_TEST(rig.entries(EntryType::OccurrenceSkipped).size() == 1U);
  // Another process knows which were taken.
  Scheduler anew(rig.parts, rig.source, [](const std::string&, bool) {});
  for (int i = 0; i < 3; ++i) {
    rig.clock.advance(seconds(6));
    anew.tick();
  }
  BOOST_TEST(rig.batches() == 1U);
  BOOST_TEST(rig.entries(EntryType::OccurrenceSkipped).size() == 1U);
}

// The process died between the run's last transaction and the schedule's own.
BOOST_AUTO_TEST_CASE(run_that_was_submitted_is_not_submitted_by_the_next_process) {
  Rig rig;
  rig.arm("0 * * * *");
  rig.source.recipients["welcome.csv"] = people(2);
  const auto before = rig.other->find_schedule("welcome").value();
  rig.clock.set_wall(std::chrono::ceil<hours>(rig.begin));
  rig.tick();
  rig.command([&](Context& context) { context.store.put_schedule(before); });
  Scheduler anew(rig.parts, rig.source, [](const std::string&, bool) {});
  anew.tick();
  BOOST_TEST(rig.batches() == 1U);
  BOOST_TEST((rig.other->find_schedule("welcome")->seen_until > before.seen_until));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

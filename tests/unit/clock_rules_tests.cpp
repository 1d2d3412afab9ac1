#include <boost/test/unit_test.hpp>

#include "engine/clock_rules.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using ledger::EntryType;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::ended;
using test::EngineRig;
using test::mail;

Instant at(std::int64_t wall, std::int64_t boot) {
  return {from_ms(wall), Millis(boot)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(clock_rules_tests)

BOOST_AUTO_TEST_CASE(step_is_what_the_boot_clock_did_not_see) {
  BOOST_TEST((clock_step(at(1000, 10), at(6000, 5010)) == Millis(0)));
  BOOST_TEST((clock_step(at(1000, 10), at(6249, 5010)) == Millis(0)));  // reading both takes a moment
  BOOST_TEST((clock_step(at(1000, 10), at(6250, 5010)) == Millis(250)));
  BOOST_TEST((clock_step(at(9000, 10), at(5000, 1010)) == Millis(-5000)));
}

BOOST_AUTO_TEST_CASE(step_is_written_down_once) {
  EngineRig rig;
  rig.clock.advance(seconds(5));
  rig.clock.step_wall(-hours(1));
  rig.turn();
  rig.turn();
  const auto jumps = rig.entries(EntryType::ClockJump);
  BOOST_REQUIRE_EQUAL(jumps.size(), 1U);
  BOOST_TEST(jumps[0].direction.value() == "back");
  BOOST_TEST(jumps[0].ms.value() == 3'600'000);
  rig.clock.step_wall(minutes(2));
  rig.turn();
  BOOST_TEST(rig.entries(EntryType::ClockJump).back().direction.value() == "forward");
}

BOOST_AUTO_TEST_CASE(small_steps_add_up) {
  EngineRig rig;
  for (int i = 0; i < 10; ++i) {
    rig.clock.step_wall(-Millis(100));
    rig.turn();
  }
  const auto jumps = rig.entries(EntryType::ClockJump);
  BOOST_REQUIRE_EQUAL(jumps.size(), 3U);
  BOOST_TEST(jumps[0].ms.value() == 300);
}

BOOST_AUTO_TEST_CASE(what_was_due_goes_stale_by_elapsed_time_when_the_clock_is_set_back) {
  EngineRig rig;
  rig.command([](Context& context) {
    pause(context, Provider::Mayar, "maintenance");
    submit(context, mail("a"));
  });
  rig.turn();
  rig.clock.advance(minutes(10));
  rig.clock.step_wall(-hours(1));
  const Wake wake = rig.turn();
  BOOST_TEST((wake.wall == rig.clock.now().wall + minutes(5)));
  rig.clock.advance(minutes(5) - Millis(1));
  rig.turn();
  BOOST_TEST(rig.state("a") == "queued");
  rig.clock.advance(Millis(1));
  rig.turn();
  BOOST_TEST(rig.state("a") == "stale");
}

BOOST_AUTO_TEST_CASE(call_taken_after_the_clock_was_set_back_has_the_shorter_time_by_both_clocks) {
  EngineRig rig;
  rig.command([](Context& context) {
    pause(context, Provider::Mayar, "maintenance");
    submit(context, mail("a"));
  });
  rig.turn();
  rig.clock.advance(minutes(10));
  rig.clock.step_wall(-hours(1));
  rig.command([](Context& context) { resume(context, Provider::Mayar, ""); });
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  BOOST_TEST((rig.workers->calls.front().fresh_until == rig.clock.now().wall + minutes(5)));
  BOOST_TEST((rig.workers->calls.front().boot_fresh_until == rig.clock.now().boot + minutes(5)));
}

BOOST_AUTO_TEST_CASE(what_is_not_due_yet_keeps_its_wall_time) {
  EngineRig rig;
  job::Submission submission = mail("a");
  submission.at = rig.begin + minutes(30);
  rig.ask(submission);
  rig.turn();
  rig.clock.step_wall(-hours(1));
  rig.turn();
  const job::Job job = rig.job_of("a");
  BOOST_TEST((job.due_at == rig.begin + minutes(30)));
  BOOST_TEST((job.fresh_until == rig.begin + minutes(45)));
}

BOOST_AUTO_TEST_CASE(clock_set_forward_and_back_gives_nobody_more_time) {
  EngineRig rig;
  rig.command([](Context& context) {
    pause(context, Provider::Mayar, "maintenance");
    submit(context, mail("a"));
  });
  rig.turn();
  rig.clock.step_wall(minutes(10));
  rig.turn();
  BOOST_TEST((rig.job_of("a").fresh_until == rig.begin + minutes(15)));
  rig.clock.step_wall(-minutes(10));
  rig.turn();
  BOOST_TEST((rig.job_of("a").fresh_until == rig.begin + minutes(5)));
  rig.clock.step_wall(minutes(10));
  rig.turn();
  BOOST_TEST((rig.job_of("a").fresh_until == rig.begin + minutes(15)));
}

BOOST_AUTO_TEST_CASE(retry_keeps_its_distance) {
  EngineRig rig([](Settings& settings) { settings.retry = {5, seconds(20), seconds(20)}; });
  rig.start(mail("a"));
  rig.finish_call(ended(Outcome::NotSent, Code::Connect));
  rig.turn();
  const Millis wait = rig.job_of("a").due_at - rig.begin;
  rig.clock.step_wall(-hours(1));
  const Wake wake = rig.turn();
  BOOST_TEST((rig.job_of("a").due_at == rig.clock.now().wall + wait));
  BOOST_TEST((wake.wall == rig.clock.now().wall + wait));
}

BOOST_AUTO_TEST_CASE(gate_is_neither_passed_twice_nor_waited_for_longer) {
  for (const Millis step : {Millis(-hours(1)), Millis(hours(1))}) {
    EngineRig rig(
        [](Settings& settings) { settings.of(Provider::Mayar).rate = job::parse_rate("1/min").value(); });
    rig.start(mail("a"));
    auto throttled = ended(Outcome::Accepted, Code::UnexpectedLink, 200);
    throttled.wait = seconds(30);
    rig.finish_call(throttled);
    rig.turn();
    rig.clock.step_wall(step);
    rig.ask(mail("b"));
    const Wake wake = rig.turn();
    BOOST_TEST(rig.workers->calls.empty());
    BOOST_TEST((wake.wall == rig.clock.now().wall + minutes(1)));
    BOOST_TEST((rig.other->gate(Provider::Mayar).wait_until == rig.clock.now().wall + seconds(30)));
  }
}

BOOST_AUTO_TEST_CASE(call_under_way_is_given_up_by_elapsed_time) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.clock.step_wall(hours(1));
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  rig.clock.step_wall(-hours(2));
  rig.clock.advance(rig.settings.of(Provider::Mayar).deadline);
  rig.turn();
  BOOST_TEST(rig.end("a") == "held timeout");
}

BOOST_AUTO_TEST_CASE(held_job_cannot_be_released_into_time_that_was_won_by_setting_the_clock) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  rig.clock.advance(minutes(14));
  rig.clock.step_wall(-minutes(14));
  rig.turn();
  rig.clock.advance(minutes(1));
  BOOST_CHECK_THROW(rig.command([](Context& context) { release(context, "a", ""); }), InputError);
}

BOOST_AUTO_TEST_CASE(times_of_entries_never_decrease) {
  EngineRig rig;
  rig.clock.advance(seconds(1));
  rig.ask(mail("a"));
  rig.turn();
  const TimePoint seen = rig.clock.now().wall;
  rig.clock.step_wall(-hours(1));
  rig.turn();
  const auto jump = rig.entries(EntryType::ClockJump).front();
  BOOST_TEST((jump.t == seen));
  BOOST_TEST((jump.clock == rig.clock.now().wall));
}

BOOST_AUTO_TEST_CASE(clock_set_back_while_no_daemon_ran_is_seen_at_the_start) {
  EngineRig rig;
  rig.command([](Context& context) {
    pause(context, Provider::Mayar, "maintenance");
    submit(context, mail("a"));
  });
  rig.clock.step_wall(-hours(1));
  rig.crash_and_restart();
  BOOST_TEST(rig.entries(EntryType::ClockJump).size() == 1U);
  rig.clock.advance(minutes(15));
  rig.turn();
  BOOST_TEST(rig.state("a") == "stale");
  rig.crash_and_restart();  // the ledger is still ahead of the clock, and nothing new has happened
  BOOST_TEST(rig.entries(EntryType::ClockJump).size() == 1U);
}

BOOST_AUTO_TEST_CASE(turn_is_due_when_the_clock_has_been_set_while_the_engine_rests) {
  Wake wake;
  wake.reference = at(100'000, 1'000);
  wake.wall = from_ms(160'000);
  BOOST_TEST((wake.rest(at(110'000, 11'000), Millis(99'000)) == Millis(50'000)));
  BOOST_TEST((wake.rest(at(110'000, 11'000), Millis(50)) == Millis(50)));
  BOOST_TEST((wake.rest(at(160'000, 61'000), Millis(50)) == Millis(0)));
  BOOST_TEST((wake.rest(at(10'000, 11'000), Millis(50)) == Millis(0)));
  wake.boot = Millis(11'030);
  BOOST_TEST((wake.rest(at(110'000, 11'000), Millis(50)) == Millis(30)));
  BOOST_TEST((wake.rest(at(110'031, 11'031), Millis(50)) == Millis(0)));
  wake = {};
  wake.reference = at(100'000, 1'000);
  BOOST_TEST((wake.rest(at(900'000, 801'000), Millis(50)) == Millis(50)));
  wake.at_once = true;
  BOOST_TEST((wake.rest(at(100'000, 1'000), Millis(50)) == Millis(0)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

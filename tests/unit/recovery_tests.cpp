#include <boost/test/unit_test.hpp>

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
using test::accepted;
using test::EngineRig;
using test::link;
using test::mail;

}  // namespace

BOOST_AUTO_TEST_SUITE(recovery_tests)

BOOST_AUTO_TEST_CASE(start_takes_a_new_epoch_and_says_so) {
  EngineRig rig;
  rig.crash_and_restart();
  const auto starts = rig.entries(EntryType::DaemonStart);
  BOOST_REQUIRE_EQUAL(starts.size(), 2U);
  BOOST_TEST(starts[0].epoch.value() == 1);
  BOOST_TEST(starts[1].epoch.value() == 2);
  BOOST_TEST(starts[1].build.value() == LATCHKEY_VERSION);
  BOOST_TEST(rig.other->epoch() == 2);
}

BOOST_AUTO_TEST_CASE(open_mail_of_a_dead_process_is_unknown_and_held) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.crash_and_restart();
  BOOST_TEST(rig.end("a") == "held crash");
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.held");
  const auto result = rig.entries(EntryType::AttemptResult).front();
  BOOST_TEST((result.outcome == Outcome::Unknown));
  BOOST_TEST((result.code == Code::Crash));
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
}

BOOST_AUTO_TEST_CASE(open_mail_is_repeated_once_where_that_is_wished) {
  EngineRig rig([](Settings& settings) { settings.of(Provider::Mayar).retry_unknown_once = true; });
  rig.start(mail("a"));
  rig.crash_and_restart();
  BOOST_TEST(rig.end("a") == "queued crash");
  rig.clock.advance(rig.settings.retry.first);
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  rig.crash_and_restart();
  BOOST_TEST(rig.end("a") == "held crash");
}

BOOST_AUTO_TEST_CASE(open_mint_fails_because_its_caller_died_with_the_process) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  rig.crash_and_restart();
  BOOST_TEST(rig.end("a") == "failed caller_gone");
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.failed");
}

BOOST_AUTO_TEST_CASE(link_that_was_being_handed_over_is_unknown_and_held) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  rig.finish_call(test::minted("https://l/1"));
  rig.turn();
  rig.crash_and_restart();
  BOOST_TEST(rig.end("a") == "held crash");
  BOOST_TEST(rig.story("a") ==
             "job.accepted attempt.intent attempt.result handover.intent handover.result job.held");
  BOOST_TEST((rig.entries(EntryType::HandoverResult).front().outcome == Outcome::Unknown));
}

BOOST_AUTO_TEST_CASE(queued_link_that_nobody_waits_for_any_more_ends) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.command([](Context& context) { pause(context, Provider::Nomos, "maintenance"); });
  rig.ask(link("a"));
  rig.turn();
  rig.crash_and_restart();
  BOOST_TEST(rig.end("a") == "cancelled caller_gone");
}

BOOST_AUTO_TEST_CASE(cancelled_running_job_of_a_dead_process_is_cancelled) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.command([](Context& context) { cancel(context, "a", ""); });
  rig.crash_and_restart();
  BOOST_TEST(rig.state("a") == "cancelled");
}

BOOST_AUTO_TEST_CASE(after_an_outage_the_fresh_are_sent_and_the_stale_refused) {
  EngineRig rig;
  job::Submission later = mail("later");
  later.at = rig.begin + hours(1);
  rig.command([&](Context& context) {
    submit(context, mail("now"));
    submit(context, later);
  });
  rig.clock.advance(hours(1) + minutes(5));
  rig.crash_and_restart();
  rig.turn();
  BOOST_TEST(rig.end("now") == "stale expired_before_send");
  BOOST_TEST(rig.state("later") == "running");
}

BOOST_AUTO_TEST_CASE(second_daemon_on_the_database_stops_the_first) {
  EngineRig rig;
  rig.command([](Context& context) { context.store.take_epoch(); });
  rig.ask(mail("a"));
  BOOST_CHECK_THROW(rig.turn(), store::EpochLost);
  BOOST_TEST(!rig.other->find_job("a"));
  BOOST_TEST(rig.answer("a") == "try_later");
  BOOST_CHECK_THROW(rig.heart().finish(), store::EpochLost);
}

BOOST_AUTO_TEST_CASE(single_use_tokens_that_have_expired_are_dropped) {
  EngineRig rig;
  rig.command([&](Context& context) {
    store::Token token;
    token.id = "tk_1";
    token.hash = std::string(32, 'h');
    token.single_use = true;
    token.expires_at = rig.begin + minutes(1);
    context.store.put_token(token);
  });
  rig.crash_and_restart();
  BOOST_TEST(rig.other->find_token("tk_1").has_value());
  rig.clock.advance(minutes(1));
  rig.crash_and_restart();
  BOOST_TEST(!rig.other->find_token("tk_1").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

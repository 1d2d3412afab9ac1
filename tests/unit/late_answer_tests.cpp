// A call that does not come back in time, and what its answer still counts for when it comes.
#include <boost/test/unit_test.hpp>

#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using std::chrono::seconds;
using test::accepted;
using test::ended;
using test::EngineRig;
using test::link;
using test::mail;
using test::minted;

}  // namespace

BOOST_AUTO_TEST_SUITE(late_answer_tests)

BOOST_AUTO_TEST_CASE(call_that_does_not_come_back_is_unknown_at_its_deadline) {
  EngineRig rig;
  rig.start(mail("a"));
  const Wake wake = rig.turn();
  const Millis deadline = rig.settings.of(Provider::Mayar).deadline;
  BOOST_TEST((wake.boot == rig.clock.now().boot + deadline));
  rig.clock.advance(deadline - Millis(1));
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  rig.clock.advance(Millis(1));
  rig.turn();
  BOOST_TEST(rig.end("a") == "held timeout");
}

BOOST_AUTO_TEST_CASE(answer_in_the_inbox_at_the_deadline_counts) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.clock.advance(rig.settings.of(Provider::Mayar).deadline);
  rig.finish_call(accepted());
  rig.turn();
  BOOST_TEST(rig.state("a") == "done");
}

BOOST_AUTO_TEST_CASE(late_accepted_mail_ends_a_held_job_and_never_replaces_the_result) {
  EngineRig rig;
  const Attempt attempt = rig.start(mail("a"));
  rig.clock.advance(rig.settings.of(Provider::Mayar).deadline);
  rig.turn();
  rig.finish_call(attempt, accepted());
  rig.turn();
  BOOST_TEST(rig.end("a") == "done -");
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.held attempt.late");
  BOOST_TEST(rig.entries(ledger::EntryType::AttemptResult).size() == 1U);
  BOOST_TEST((rig.entries(ledger::EntryType::AttemptResult).front().outcome == Outcome::Unknown));
}

BOOST_AUTO_TEST_CASE(late_rejection_leaves_the_job_held) {
  EngineRig rig;
  const Attempt attempt = rig.start(mail("a"));
  rig.clock.advance(rig.settings.of(Provider::Mayar).deadline);
  rig.turn();
  rig.finish_call(attempt, ended(Outcome::Rejected, Code::EmailNotRegistered, 404));
  rig.turn();
  BOOST_TEST(rig.end("a") == "held timeout");
}

BOOST_AUTO_TEST_CASE(late_answer_while_another_attempt_runs_is_not_its_result) {
  EngineRig rig([](Settings& settings) { settings.retry = {5, Millis(250), Millis(250)}; });
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  const Attempt first = rig.workers->calls.front();
  rig.clock.advance(rig.settings.of(Provider::Nomos).deadline);
  rig.turn();
  rig.clock.advance(Millis(250));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 2U);
  rig.finish_call(first, minted("https://l/late"));
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  BOOST_TEST(!place->wait(Millis(0)));  // a second mint voids the first: the late link goes nowhere
  rig.finish_call(minted("https://l/second"));
  rig.turn();
  BOOST_TEST(place->wait(Millis(0)).value().link.reveal() == "https://l/second");
}

// The worker is still busy with it, so its place is not given away.
BOOST_AUTO_TEST_CASE(call_that_was_given_up_keeps_its_share_until_it_comes_back) {
  EngineRig rig([](Settings& settings) { settings.workers = 4; });
  for (const char* id : {"a", "b", "c"}) rig.start(mail(id));
  rig.clock.advance(rig.settings.of(Provider::Mayar).deadline);
  rig.ask(mail("d"));
  rig.turn();
  BOOST_TEST(rig.state("d") == "queued");
  rig.finish_call(accepted());
  rig.turn();
  BOOST_TEST(rig.state("d") == "running");
}

BOOST_AUTO_TEST_CASE(late_answer_still_says_what_the_provider_asks_for) {
  EngineRig rig;
  const Attempt throttled_call = rig.start(mail("a"));
  const Attempt refused_call = rig.start(mail("b"));
  rig.clock.advance(rig.settings.of(Provider::Mayar).deadline);
  rig.turn();
  auto throttled = ended(Outcome::Throttled, Code::RateLimited, 429);
  throttled.wait = seconds(60);
  rig.finish_call(throttled_call, throttled);
  auto refused = ended(Outcome::Rejected, Code::Unauthorized, 401);
  refused.pause = true;
  rig.finish_call(refused_call, refused);
  rig.turn();
  BOOST_TEST((rig.other->gate(Provider::Mayar).wait_until == rig.clock.now().wall + seconds(60)));
  BOOST_TEST(rig.other->gate(Provider::Mayar).paused);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

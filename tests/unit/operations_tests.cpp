#include <boost/test/unit_test.hpp>

#include "engine/operations.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using std::chrono::minutes;
using test::accepted;
using test::ended;
using test::EngineRig;
using test::link;
using test::mail;

// Runs `action` as a command, which must be turned away with `code`, leaving the database as it was.
void check_rejected(EngineRig& rig, const std::string& code, const std::function<void(Context&)>& action) {
  const auto before = rig.entries();
  try {
    rig.command(action);
    BOOST_ERROR("it was not rejected");
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == code);
  }
  BOOST_TEST(rig.entries() == before);
}

void hold(EngineRig& rig, const std::string& request_id) {
  rig.finish_call(rig.start(mail(request_id)), ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.state(request_id), "held");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operations_tests)

BOOST_AUTO_TEST_CASE(unknown_request_is_not_found) {
  EngineRig rig;
  check_rejected(rig, "not_found", [](Context& context) { cancel(context, "a", ""); });
  check_rejected(rig, "not_found", [](Context& context) { release(context, "a", ""); });
  check_rejected(rig, "not_found", [](Context& context) { close(context, "a", true, "seen"); });
}

BOOST_AUTO_TEST_CASE(cancelled_queued_job_is_never_called) {
  EngineRig rig;
  job::Submission submission = mail("a");
  submission.at = rig.begin + minutes(1);
  rig.command([&](Context& context) { submit(context, submission); });
  rig.command([](Context& context) { cancel(context, "a", "ordered twice"); });
  BOOST_TEST(rig.end("a") == "cancelled -");
  BOOST_TEST(rig.job_of("a").finished_at.has_value());
  const auto entry = rig.entries(ledger::EntryType::JobCancelled).front();
  BOOST_TEST(entry.actor == "uid:1000");
  BOOST_TEST(entry.reason.value() == "ordered twice");
  rig.clock.advance(minutes(2));
  const Wake wake = rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST(!wake.wall);
  check_rejected(rig, "wrong_state", [](Context& context) { cancel(context, "a", ""); });
}

BOOST_AUTO_TEST_CASE(running_job_is_cancelled_once_and_held_jobs_are_not) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.command([](Context& context) { cancel(context, "a", ""); });
  check_rejected(rig, "wrong_state", [](Context& context) { cancel(context, "a", ""); });
  hold(rig, "b");
  check_rejected(rig, "wrong_state", [](Context& context) { cancel(context, "b", ""); });
}

BOOST_AUTO_TEST_CASE(released_job_runs_again_with_all_its_tries_and_the_old_end) {
  EngineRig rig([](Settings& settings) { settings.retry = {2, Millis(250), Millis(250)}; });
  rig.start(mail("a"));
  rig.finish_call(ended(Outcome::NotSent, Code::Connect));
  rig.turn();
  rig.clock.advance(Millis(250));
  rig.turn();
  rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.state("a"), "held");
  rig.clock.advance(minutes(14));
  rig.command([](Context& context) { release(context, "a", "nothing arrived"); });
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  BOOST_TEST(rig.workers->calls.front().number == 3);
  BOOST_TEST((rig.workers->calls.front().fresh_until == rig.begin + minutes(15)));
  rig.finish_call(ended(Outcome::NotSent, Code::Connect));
  rig.turn();
  BOOST_TEST(rig.state("a") == "queued");
}

BOOST_AUTO_TEST_CASE(only_a_fresh_held_job_is_released) {
  EngineRig rig;
  rig.start(mail("queued"));
  check_rejected(rig, "wrong_state", [](Context& context) { release(context, "queued", ""); });
  rig.finish_call(accepted());
  hold(rig, "a");
  rig.clock.advance(minutes(15) - Millis(1));
  rig.command([](Context& context) { release(context, "a", ""); });
  hold(rig, "b");
  rig.clock.advance(minutes(15));
  check_rejected(rig, "wrong_state", [](Context& context) { release(context, "b", ""); });
}

BOOST_AUTO_TEST_CASE(held_link_is_closed_and_not_released) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  rig.finish_call(test::minted("https://l/1"));
  rig.turn();
  rig.crash_and_restart();
  BOOST_REQUIRE_EQUAL(rig.state("a"), "held");
  check_rejected(rig, "wrong_state", [](Context& context) { release(context, "a", ""); });
  rig.command([](Context& context) { close(context, "a", false, "the caller had nothing"); });
  BOOST_TEST(rig.end("a") == "failed closed");
}

BOOST_AUTO_TEST_CASE(closed_job_is_done_or_failed_as_the_person_found_out) {
  EngineRig rig;
  hold(rig, "a");
  hold(rig, "b");
  check_rejected(rig, "invalid_request", [](Context& context) { close(context, "a", true, ""); });
  check_rejected(rig, "invalid_request",
                 [](Context& context) { close(context, "a", true, "mail budi@example.com"); });
  rig.command([](Context& context) { close(context, "a", true, "seen in the mailbox"); });
  rig.command([](Context& context) { close(context, "b", false, "the vendor says no"); });
  BOOST_TEST(rig.end("a") == "done closed");
  BOOST_TEST(rig.end("b") == "failed closed");
  BOOST_TEST((rig.job_of("a").outcome == Outcome::Accepted));
  BOOST_TEST((rig.job_of("b").outcome == Outcome::NotSent));
  check_rejected(rig, "wrong_state", [](Context& context) { close(context, "a", true, "again"); });
}

BOOST_AUTO_TEST_CASE(paused_provider_gets_no_call_until_it_is_resumed) {
  EngineRig rig;
  rig.command([](Context& context) { pause(context, Provider::Mayar, "maintenance"); });
  rig.ask(mail("a"));
  const Wake wake = rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST((wake.wall == rig.begin + minutes(15)));  // no polling
  rig.command([](Context& context) { BOOST_TEST(resume(context, Provider::Mayar, "over")); });
  BOOST_TEST(rig.heart().others_have_written());
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
  BOOST_TEST(rig.entries(ledger::EntryType::ProviderPaused).front().reason.value() == "maintenance");
  BOOST_TEST(rig.entries(ledger::EntryType::ProviderResumed).front().actor == "uid:1000");
  rig.command([](Context& context) { BOOST_TEST(!resume(context, Provider::Mayar, "again")); });
}

BOOST_AUTO_TEST_CASE(automatic_pause_never_replaces_a_persons) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.command([](Context& context) { pause(context, Provider::Mayar, "maintenance"); });
  auto refused = ended(Outcome::Rejected, Code::Forbidden, 403);
  refused.pause = true;
  rig.finish_call(refused);
  rig.turn();
  const job::Gate gate = rig.other->gate(Provider::Mayar);
  BOOST_TEST(!gate.paused_by_system);
  BOOST_TEST(gate.pause_reason == "maintenance");
  BOOST_TEST(rig.entries(ledger::EntryType::ProviderPaused).size() == 1U);
}

BOOST_AUTO_TEST_CASE(persons_pause_takes_over_an_automatic_one) {
  EngineRig rig;
  rig.command([](Context& context) { pause_automatically(context, Provider::Mayar, Code::Unauthorized); });
  rig.command([](Context& context) { pause(context, Provider::Mayar, "until the key is here"); });
  rig.inbox->put(NewCredentials{Provider::Mayar});
  rig.turn();
  BOOST_TEST(rig.other->gate(Provider::Mayar).paused);
}

BOOST_AUTO_TEST_CASE(reason_that_may_not_stand_in_the_ledger_pauses_nothing) {
  EngineRig rig;
  check_rejected(rig, "invalid_request", [](Context& context) { pause(context, Provider::Mayar, ""); });
  check_rejected(rig, "invalid_request",
                 [](Context& context) { pause(context, Provider::Mayar, "see https://status.example"); });
  BOOST_TEST(!rig.other->gate(Provider::Mayar).paused);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

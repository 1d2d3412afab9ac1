// What each answer of a provider leads to: the rows of docs/providers.md as the engine acts on them.
#include <boost/test/unit_test.hpp>

#include "engine/operations.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using std::chrono::minutes;
using std::chrono::seconds;
using test::accepted;
using test::ended;
using test::EngineRig;
using test::link;
using test::mail;
using test::minted;

// A caller who waits for the link of `submission`, and the turn that takes it.
std::shared_ptr<handover::ReplyDesk::Place> start_with_caller(EngineRig& rig,
                                                              const job::Submission& submission) {
  auto place = rig.desk->open(submission.request_id);
  rig.start(submission);
  return place;
}

bool paused(EngineRig& rig, Provider provider) {
  return rig.other->gate(provider).paused;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(attempt_tests)

BOOST_AUTO_TEST_CASE(accepted_mail_is_done) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.finish_call(accepted());
  rig.turn();
  BOOST_TEST(rig.end("a") == "done -");
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result");
  BOOST_TEST((rig.job_of("a").finished_at == rig.begin));
}

BOOST_AUTO_TEST_CASE(what_the_provider_rejects_for_good_fails) {
  for (const Code code : {Code::EmailNotRegistered, Code::InvalidRequest, Code::Conflict}) {
    EngineRig rig;
    rig.start(mail("a"));
    rig.finish_call(ended(Outcome::Rejected, code, 404));
    rig.turn();
    BOOST_TEST(rig.end("a") == "failed " + std::string(name(code)));
    BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.failed");
    BOOST_TEST(!rig.entries(ledger::EntryType::AttemptResult).front().due_at);
  }
}

BOOST_AUTO_TEST_CASE(link_that_fails_the_checks_fails_the_job_and_tells_the_caller) {
  EngineRig rig;
  const auto place = start_with_caller(rig, link("a"));
  rig.finish_call(ended(Outcome::Rejected, Code::LinkRejected, 200));
  rig.turn();
  BOOST_TEST(rig.end("a") == "failed link_rejected");
  const auto reply = place->wait(Millis(0));
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->link.empty());
  BOOST_TEST((reply->state == job::State::Failed));
  BOOST_TEST((reply->code == Code::LinkRejected));
}

BOOST_AUTO_TEST_CASE(what_was_not_sent_is_tried_again_while_fresh) {
  EngineRig rig;
  for (const Code code : {Code::Dns, Code::Connect, Code::Tls, Code::Timeout, Code::TokenFailed}) {
    const std::string id(name(code));
    rig.start(mail(id));
    rig.finish_call(ended(Outcome::NotSent, code));
    rig.turn();
    const job::Job job = rig.job_of(id);
    BOOST_TEST(rig.end(id) == "queued " + id);
    BOOST_TEST(job.tries == 1);
    BOOST_TEST((job.due_at > rig.clock.now().wall));
    BOOST_TEST((job.due_at <= rig.clock.now().wall + rig.settings.retry.first));
    BOOST_TEST((rig.entries(ledger::EntryType::AttemptResult).back().due_at == job.due_at));
    BOOST_TEST((job.expires_at == rig.begin + minutes(15)));
  }
  BOOST_TEST(!paused(rig, Provider::Mayar));
}

BOOST_AUTO_TEST_CASE(retry_runs_when_its_time_has_come_and_not_before) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.finish_call(ended(Outcome::NotSent, Code::Connect));
  const Wake wake = rig.turn();
  const TimePoint due = rig.job_of("a").due_at;
  BOOST_TEST((wake.wall == due));
  rig.clock.set_wall(due - Millis(1));
  rig.clock.set_boot(rig.clock.now().boot + (due - rig.begin) - Millis(1));
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  rig.clock.advance(Millis(1));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  BOOST_TEST(rig.workers->calls.front().number == 2);
}

BOOST_AUTO_TEST_CASE(providers_own_error_is_tried_again_up_to_the_limit) {
  EngineRig rig([](Settings& settings) { settings.retry = {3, Millis(10), Millis(10)}; });
  rig.start(mail("a"));
  for (int attempt = 1; attempt <= 3; ++attempt) {
    BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
    rig.finish_call(ended(Outcome::Rejected, Code::ProviderError, 500));
    rig.turn();
    rig.clock.advance(Millis(10));
    rig.turn();
  }
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST(rig.end("a") == "failed attempts_exhausted");
  BOOST_TEST(rig.job_of("a").attempts == 3);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_limit_counts_as_no_try) {
  EngineRig rig([](Settings& settings) { settings.retry.attempts = 1; });
  rig.start(mail("a"));
  auto throttled = ended(Outcome::Throttled, Code::RateLimited, 429);
  throttled.wait = seconds(40);
  rig.finish_call(throttled);
  const Wake wake = rig.turn();
  BOOST_TEST(rig.end("a") == "queued rate_limited");
  BOOST_TEST(rig.job_of("a").tries == 0);
  BOOST_TEST((rig.other->gate(Provider::Mayar).wait_until == rig.begin + seconds(40)));
  BOOST_TEST((wake.wall == rig.begin + seconds(40)));
  BOOST_TEST(rig.workers->calls.empty());
  rig.clock.advance(seconds(40));
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(wait_of_one_provider_does_not_hold_the_other_back) {
  EngineRig rig;
  rig.start(mail("a"));
  auto throttled = ended(Outcome::Throttled, Code::RateLimited, 429);
  throttled.wait = minutes(10);
  rig.finish_call(throttled);
  rig.turn();
  const auto place = start_with_caller(rig, link("b"));
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(wait_told_with_a_success_holds_the_gate_too) {
  EngineRig rig;
  rig.start(mail("a"));
  auto result = accepted();
  result.wait = seconds(7);
  rig.finish_call(result);
  rig.turn();
  BOOST_TEST((rig.other->gate(Provider::Mayar).wait_until == rig.begin + seconds(7)));
}

BOOST_AUTO_TEST_CASE(expired_before_send_is_stale_and_no_try) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.clock.advance(minutes(15));
  rig.finish_call(ended(Outcome::NotSent, Code::ExpiredBeforeSend));
  rig.turn();
  BOOST_TEST(rig.end("a") == "stale expired_before_send");
  BOOST_TEST(rig.job_of("a").tries == 0);
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.refused");
  BOOST_TEST(!rig.entries(ledger::EntryType::AttemptResult).front().due_at);
}

BOOST_AUTO_TEST_CASE(retry_that_could_not_start_in_time_is_not_planned) {
  EngineRig rig([](Settings& settings) { settings.retry = {5, Millis(60'000), Millis(250)}; });
  rig.start(mail("a"));
  rig.clock.advance(minutes(15) - Millis(250));  // no wait is shorter
  rig.finish_call(ended(Outcome::NotSent, Code::Dns));
  rig.turn();
  BOOST_TEST(rig.end("a") == "failed dns");
}

BOOST_AUTO_TEST_CASE(mail_that_may_have_been_sent_is_held) {
  for (const Code code : {Code::Timeout, Code::Reset, Code::BadAnswer, Code::Shutdown}) {
    EngineRig rig;
    rig.start(mail("a"));
    rig.finish_call(ended(Outcome::Unknown, code));
    rig.turn();
    BOOST_TEST(rig.end("a") == "held " + std::string(name(code)));
    BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.held");
    rig.clock.advance(std::chrono::hours(9));
    rig.turn();
    BOOST_TEST(rig.state("a") == "held");
    BOOST_TEST(rig.workers->calls.empty());
  }
}

BOOST_AUTO_TEST_CASE(retry_once_repeats_an_unknown_mail_once_in_its_life) {
  EngineRig rig([](Settings& settings) {
    settings.of(Provider::Mayar).retry_unknown_once = true;
    settings.retry = {9, Millis(250), Millis(250)};
  });
  rig.start(mail("a"));
  rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  BOOST_TEST(rig.end("a") == "queued timeout");
  rig.clock.advance(Millis(250));
  rig.turn();
  rig.finish_call(ended(Outcome::Unknown, Code::Reset));
  rig.turn();
  BOOST_TEST(rig.end("a") == "held reset");
  rig.command([](Context& context) { release(context, "a", "the customer got nothing"); });
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  rig.finish_call(ended(Outcome::Unknown, Code::Reset));
  rig.turn();
  BOOST_TEST(rig.end("a") == "held reset");
}

// Somebody would send it again, and the customer had two mails.
BOOST_AUTO_TEST_CASE(mail_that_an_earlier_call_may_have_sent_is_held_when_no_other_is_left) {
  const auto retry_once = [](int attempts) {
    return [attempts](Settings& settings) {
      settings.of(Provider::Mayar).retry_unknown_once = true;
      settings.retry = {attempts, Millis(250), Millis(250)};
    };
  };
  {
    EngineRig rig(retry_once(1));  // no further attempt at all
    rig.start(mail("a"));
    rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
    rig.turn();
    BOOST_TEST(rig.end("a") == "held attempts_exhausted");
  }
  {
    EngineRig rig(retry_once(2));  // the second one did not get through
    rig.start(mail("a"));
    rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
    rig.turn();
    rig.clock.advance(Millis(250));
    rig.turn();
    rig.finish_call(ended(Outcome::NotSent, Code::Connect));
    rig.turn();
    BOOST_TEST(rig.end("a") == "held attempts_exhausted");
  }
  {
    EngineRig rig(retry_once(5));  // no time for it
    rig.start(mail("a"));
    rig.clock.advance(minutes(15) - Millis(1));
    rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
    rig.turn();
    BOOST_TEST(rig.end("a") == "held timeout");
  }
  {
    EngineRig rig(retry_once(5));  // its time ran out while it waited
    rig.start(mail("a"));
    rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
    rig.command([](Context& context) { pause(context, Provider::Mayar, "maintenance"); });
    rig.turn();
    rig.clock.advance(minutes(15));
    rig.turn();
    BOOST_TEST(rig.end("a") == "held expired_before_send");
  }
}

BOOST_AUTO_TEST_CASE(unknown_mint_is_repeated_while_fresh_and_a_caller_waits) {
  EngineRig rig([](Settings& settings) { settings.retry = {5, Millis(250), Millis(250)}; });
  const auto place = start_with_caller(rig, link("a"));
  rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  BOOST_TEST(rig.end("a") == "queued timeout");
  rig.clock.advance(Millis(250));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  place->leave();
  rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  BOOST_TEST(rig.end("a") == "failed caller_gone");
}

BOOST_AUTO_TEST_CASE(refusals_that_every_job_would_meet_pause_the_provider) {
  for (const Code code : {Code::Unauthorized, Code::Forbidden, Code::PaymentRequired, Code::BadCredentials}) {
    EngineRig rig([](Settings& settings) { settings.retry.attempts = 1; });
    rig.start(mail("a"));
    auto refused = ended(code == Code::BadCredentials ? Outcome::NotSent : Outcome::Rejected, code, 401);
    refused.pause = true;
    rig.finish_call(refused);
    const Wake wake = rig.turn();
    BOOST_TEST(rig.end("a") == "queued " + std::string(name(code)));
    BOOST_TEST(rig.job_of("a").tries == 0);
    const job::Gate gate = rig.other->gate(Provider::Mayar);
    BOOST_TEST(gate.paused);
    BOOST_TEST(gate.paused_by_system);
    BOOST_TEST((gate.pause_code == code));
    BOOST_TEST((wake.wall == rig.begin + minutes(15)));  // nothing to do until it goes stale
    BOOST_TEST(rig.workers->calls.empty());
    rig.clock.advance(minutes(15));
    rig.turn();
    BOOST_TEST(rig.state("a") == "stale");
  }
}

BOOST_AUTO_TEST_CASE(first_401_of_a_token_gets_a_new_attempt_at_once_and_the_second_in_a_row_pauses) {
  EngineRig rig([](Settings& settings) { settings.retry.attempts = 1; });
  auto refused = ended(Outcome::Rejected, Code::Unauthorized, 401);
  refused.credential = 1;
  const auto place = start_with_caller(rig, link("a"));
  rig.finish_call(refused);
  rig.turn();
  BOOST_TEST(!paused(rig, Provider::Nomos));
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  BOOST_TEST(rig.workers->calls.front().number == 2);
  refused.credential = 2;
  rig.finish_call(refused);
  rig.turn();
  BOOST_TEST(paused(rig, Provider::Nomos));
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST(rig.end("a") == "queued unauthorized");
}

BOOST_AUTO_TEST_CASE(calls_under_way_with_one_refused_token_are_one_fault) {
  EngineRig rig;
  auto refused = ended(Outcome::Rejected, Code::Unauthorized, 401);
  refused.credential = 1;
  const auto one = start_with_caller(rig, link("a"));
  const auto two = start_with_caller(rig, link("b"));
  rig.finish_call(refused);
  rig.finish_call(refused);
  rig.turn();
  BOOST_TEST(!paused(rig, Provider::Nomos));
  BOOST_TEST(rig.workers->calls.size() == 2U);
}

BOOST_AUTO_TEST_CASE(accepted_token_ends_the_row_of_401s) {
  EngineRig rig;
  auto refused = ended(Outcome::Rejected, Code::Unauthorized, 401);
  refused.credential = 1;
  const auto one = start_with_caller(rig, link("a"));
  rig.finish_call(refused);
  rig.turn();
  rig.finish_call(minted("https://l/1", 2));
  rig.turn();
  refused.credential = 2;  // it ended in the middle of its life
  const auto two = start_with_caller(rig, link("b"));
  rig.finish_call(refused);
  rig.turn();
  BOOST_TEST(!paused(rig, Provider::Nomos));
}

BOOST_AUTO_TEST_CASE(straggler_with_an_older_token_says_nothing_new) {
  EngineRig rig;
  auto refused = ended(Outcome::Rejected, Code::Unauthorized, 401);
  const auto slow = start_with_caller(rig, link("slow"));
  const engine::Attempt straggler = rig.workers->calls.back();
  const auto one = start_with_caller(rig, link("a"));
  refused.credential = 2;
  rig.finish_call(rig.workers->calls.back(), refused);
  rig.turn();
  rig.finish_call(rig.workers->calls.back(), minted("https://l/1", 3));
  rig.turn();
  refused.credential = 1;
  rig.finish_call(straggler, refused);
  rig.turn();
  const auto two = start_with_caller(rig, link("b"));
  refused.credential = 3;
  rig.finish_call(rig.workers->calls.back(), refused);
  rig.turn();
  BOOST_TEST(!paused(rig, Provider::Nomos));
}

BOOST_AUTO_TEST_CASE(minted_link_reaches_the_caller_only_after_its_intent_is_durable) {
  EngineRig rig;
  const auto place = start_with_caller(rig, link("a"));
  rig.clock.advance(seconds(3));
  rig.finish_call(minted("https://p.customerportal.energy/?token_hash=CANARY"));
  BOOST_TEST(!place->wait(Millis(0)));
  rig.turn();
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result handover.intent");
  const auto reply = place->wait(Millis(0));
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->link.reveal() == "https://p.customerportal.energy/?token_hash=CANARY");
  BOOST_TEST((reply->link_expires_at == rig.begin + minutes(15)));  // counted from the mint's intent
  const auto result = rig.entries(ledger::EntryType::AttemptResult).front();
  BOOST_TEST(result.link_fp.has_value());
  BOOST_TEST((result.link_expires_at == rig.begin + minutes(15)));

  rig.inbox->put(HandedOver{"a", reply->attempt, Outcome::Accepted});
  rig.turn();
  BOOST_TEST(rig.end("a") == "done -");
  BOOST_TEST((rig.job_of("a").outcome == Outcome::Accepted));
}

BOOST_AUTO_TEST_CASE(link_whose_caller_has_gone_goes_nowhere) {
  EngineRig rig;
  const auto place = start_with_caller(rig, link("a"));
  place->leave();
  rig.finish_call(minted("https://l/1"));
  rig.turn();
  BOOST_TEST(rig.end("a") == "failed caller_gone");
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.failed");
}

BOOST_AUTO_TEST_CASE(answer_that_was_not_written_fails_the_job) {
  EngineRig rig;
  const auto place = start_with_caller(rig, link("a"));
  rig.finish_call(minted("https://l/1"));
  rig.turn();
  rig.inbox->put(HandedOver{"a", 1, Outcome::Unknown});
  rig.turn();
  BOOST_TEST(rig.end("a") == "failed caller_gone");
  BOOST_TEST((rig.job_of("a").outcome == Outcome::Unknown));
  BOOST_TEST(rig.story("a") ==
             "job.accepted attempt.intent attempt.result handover.intent handover.result job.failed");
}

BOOST_AUTO_TEST_CASE(report_of_another_hand_over_changes_nothing) {
  EngineRig rig;
  const auto place = start_with_caller(rig, link("a"));
  rig.finish_call(minted("https://l/1"));
  rig.turn();
  const auto before = rig.entries();
  rig.inbox->put(HandedOver{"a", 2, Outcome::Accepted});
  rig.inbox->put(HandedOver{"b", 1, Outcome::Accepted});
  rig.turn();
  BOOST_TEST(rig.entries() == before);
  BOOST_TEST(rig.state("a") == "running");
}

BOOST_AUTO_TEST_CASE(cancelled_running_job_is_done_when_accepted_and_cancelled_otherwise) {
  for (const bool sent : {true, false}) {
    EngineRig rig;
    rig.start(mail("a"));
    rig.command([](Context& context) { cancel(context, "a", ""); });
    BOOST_TEST(rig.state("a") == "running");
    rig.finish_call(sent ? accepted() : ended(Outcome::NotSent, Code::Connect));
    rig.turn();
    BOOST_TEST(rig.state("a") == (sent ? "done" : "cancelled"));
    BOOST_TEST(rig.workers->calls.empty());
    // No other attempt is announced.
    BOOST_TEST(!rig.entries(ledger::EntryType::AttemptResult).front().due_at);
  }
}

BOOST_AUTO_TEST_CASE(cancelled_running_job_that_may_have_been_sent_is_cancelled_and_not_held) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.command([](Context& context) { cancel(context, "a", ""); });
  rig.finish_call(ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  BOOST_TEST(rig.end("a") == "cancelled timeout");
}

BOOST_AUTO_TEST_CASE(last_look_asks_both_clocks) {
  Attempt attempt;
  attempt.fresh_until = from_ms(1000);
  attempt.boot_fresh_until = Millis(500);
  BOOST_TEST(still_fresh(attempt, {from_ms(999), Millis(499)}));
  BOOST_TEST(!still_fresh(attempt, {from_ms(1000), Millis(499)}));
  BOOST_TEST(!still_fresh(attempt, {from_ms(0), Millis(500)}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

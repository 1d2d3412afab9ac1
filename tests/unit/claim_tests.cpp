// A link that waits for whoever claims it: once, in time, and never after anybody thought better of it.
#include <boost/test/unit_test.hpp>

#include "engine/claim.h"
#include "engine/erasure.h"
#include "engine/operations.h"
#include "engine/restoration.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using ledger::EntryType;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::claimable_link;
using test::EngineRig;

constexpr const char* kLink = "https://a.customerportal.energy/1";
constexpr const char* kWaiting = "job.accepted attempt.intent attempt.result handover.intent";

// A rig in which the link of the job "a" waits.
struct Waiting : EngineRig {
  Waiting() { mint(claimable_link("a"), kLink); }
  // What came after.
  std::string sequel() { return story("a").substr(std::string(kWaiting).size()); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(claim_tests)

BOOST_AUTO_TEST_CASE(claimed_link_is_given_out_and_the_job_is_done) {
  Waiting rig;
  BOOST_TEST(rig.story("a") == kWaiting);
  BOOST_TEST(rig.state("a") == "running");
  BOOST_TEST(rig.links->size() == 1U);
  const ledger::Entry intent = rig.entries(EntryType::HandoverIntent).front();
  BOOST_TEST((intent.hand_over == job::HandOver::Claim));
  BOOST_TEST((intent.link_expires_at == rig.begin + minutes(15)));
  BOOST_TEST(intent.attempt.value() == 1);
  BOOST_TEST(!intent.address_check);

  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == kLink);
  BOOST_TEST(rig.sequel() == " link.claimed");
  BOOST_TEST(rig.end("a") == "done -");
  BOOST_TEST(rig.links->size() == 0U);
  const ledger::Entry claimed = rig.entries(EntryType::LinkClaimed).front();
  BOOST_TEST(claimed.actor == "token:tk_1");
  BOOST_TEST((claimed.hand_over == job::HandOver::Claim));
  BOOST_TEST(claimed.attempt.value() == 1);
  BOOST_TEST(claimed.prev.value() == intent.seq);
}

BOOST_AUTO_TEST_CASE(of_two_claims_in_one_turn_one_gets_the_link) {
  Waiting rig;
  std::vector<std::string> got;
  for (int i = 0; i < 2; ++i) {
    rig.inbox->put(Request{"token:tk_1", [&](Context& context) { claim(context, *rig.links, "a"); },
                           [&] { got.emplace_back(rig.links->take("a").reveal()); },
                           [&](std::exception_ptr why) {
                             BOOST_CHECK_EXCEPTION(
                                 std::rethrow_exception(why), InputError,
                                 [](const InputError& error) { return error.code() == "link_gone"; });
                             got.emplace_back("gone");
                           }});
  }
  rig.turn();
  BOOST_TEST(got == (std::vector<std::string>{kLink, "gone"}));
  BOOST_TEST(rig.sequel() == " link.claimed");
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "link_gone");
}

// Who is told "gone" asks for a new link, while this one waits in vain.
BOOST_AUTO_TEST_CASE(link_minted_in_the_same_turn_is_not_called_gone) {
  EngineRig rig;
  rig.start(claimable_link("a"));
  rig.finish_call(test::minted(kLink));
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "wrong_state");
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == kLink);
}

BOOST_AUTO_TEST_CASE(link_works_until_its_last_millisecond_and_not_in_the_next) {
  for (const bool in_time : {true, false}) {
    Waiting rig;
    rig.clock.advance(minutes(15) - Millis(in_time ? 1 : 0));
    rig.claim("a");
    rig.turn();
    BOOST_TEST(rig.claimed("a") == (in_time ? kLink : "link_gone"));
    BOOST_TEST(rig.end("a") == (in_time ? "done -" : "failed link_expired"));
    BOOST_TEST(rig.sequel() == (in_time ? " link.claimed" : " link.expired"));
  }
}

// The life of a link is counted from its mint's intent, since nobody knows when in the call it was made.
BOOST_AUTO_TEST_CASE(time_that_the_call_took_is_no_part_of_what_is_left) {
  EngineRig rig;
  const Attempt attempt = rig.start(claimable_link("a"));
  rig.clock.advance(seconds(20));
  rig.finish_call(attempt, test::minted(kLink));
  const Wake wake = rig.turn();
  BOOST_TEST((wake.boot == attempt.intent.boot + minutes(15)));
  BOOST_TEST((rig.entries(EntryType::HandoverIntent).front().link_expires_at == rig.begin + minutes(15)));
}

BOOST_AUTO_TEST_CASE(link_whose_call_took_longer_than_it_lives_is_offered_to_nobody) {
  EngineRig rig([](Settings& settings) { settings.of(job::Provider::Nomos).link_lifetime = seconds(5); });
  rig.start(claimable_link("a"));
  rig.clock.advance(seconds(5));
  rig.finish_call(test::minted(kLink));
  rig.turn();
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.failed");
  BOOST_TEST(rig.end("a") == "failed link_expired");
  BOOST_TEST(rig.links->size() == 0U);
}

BOOST_AUTO_TEST_CASE(link_that_nobody_claims_is_wiped_when_its_time_is_over) {
  Waiting rig;
  BOOST_TEST(!rig.turn().at_once);
  rig.clock.advance(minutes(15) - Millis(1));
  BOOST_TEST((rig.turn().boot == rig.clock.now().boot + Millis(1)));
  BOOST_TEST(rig.links->size() == 1U);
  rig.clock.advance(Millis(1));
  BOOST_TEST(!rig.turn().boot);
  BOOST_TEST(rig.sequel() == " link.expired");
  BOOST_TEST(rig.end("a") == "failed link_expired");
  BOOST_TEST(rig.links->size() == 0U);
  const ledger::Entry expired = rig.entries(EntryType::LinkExpired).front();
  BOOST_TEST((expired.code == Code::LinkExpired));
  BOOST_TEST(expired.actor == "system");
  BOOST_TEST(expired.attempt.value() == 1);
}

BOOST_AUTO_TEST_CASE(clock_set_back_revives_no_link) {
  Waiting rig;
  rig.clock.advance(minutes(10));
  rig.clock.step_wall(-hours(1));
  rig.turn();
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == kLink);  // five minutes are left, whatever the wall clock says

  Waiting other;
  other.clock.advance(minutes(10));
  other.clock.step_wall(-hours(1));
  other.turn();
  other.clock.advance(minutes(5));
  other.claim("a");
  other.turn();
  BOOST_TEST(other.claimed("a") == "link_gone");
  BOOST_TEST(other.end("a") == "failed link_expired");
}

// What customers were told is the wall clock's time.
BOOST_AUTO_TEST_CASE(clock_set_beyond_a_links_time_ends_it_at_once) {
  Waiting rig;
  rig.clock.step_wall(minutes(15));
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "link_gone");
  BOOST_TEST(rig.sequel() == " link.expired");
  BOOST_TEST(rig.links->size() == 0U);

  Waiting other;
  other.clock.step_wall(minutes(15) - Millis(1));
  other.turn();
  other.claim("a");
  other.turn();
  BOOST_TEST(other.claimed("a") == kLink);
}

BOOST_AUTO_TEST_CASE(cancelled_by_another_process_the_link_is_wiped_and_the_job_ends) {
  Waiting rig;
  rig.turn();
  rig.command([](Context& context) { cancel(context, "a", "a mistake"); });
  BOOST_TEST(rig.heart().others_have_written());  // by which the daemon sees it within 50 ms
  rig.turn();
  BOOST_TEST(rig.sequel() == " job.cancelled link.expired");
  BOOST_TEST(rig.state("a") == "cancelled");
  BOOST_TEST(rig.links->size() == 0U);
}

BOOST_AUTO_TEST_CASE(cancelled_by_a_request_the_link_is_wiped_in_the_same_turn) {
  Waiting rig;
  rig.inbox->put(Request{"token:tk_1", [](Context& context) { cancel(context, "a", ""); }, [] {},
                         [](std::exception_ptr) { BOOST_ERROR("was rejected"); }});
  rig.claim("a");  // just too late
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "link_gone");
  BOOST_TEST(rig.sequel() == " job.cancelled link.expired");
  BOOST_TEST(rig.links->size() == 0U);
}

// Whoever has cancelled relies on it at once; the turn that ends the job may not have been made yet.
BOOST_AUTO_TEST_CASE(cancelled_link_cannot_be_claimed_before_it_is_wiped) {
  Waiting rig;
  rig.command([](Context& context) { cancel(context, "a", "a mistake"); });
  rig.command([&](Context& context) { BOOST_CHECK_THROW(claim(context, *rig.links, "a"), InputError); });
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "link_gone");
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_turn_that_mints_it_the_link_is_kept_for_nobody) {
  EngineRig rig;
  const Attempt attempt = rig.start(claimable_link("a"));
  rig.finish_call(attempt, test::minted(kLink));
  rig.inbox->put(Request{"token:tk_1", [](Context& context) { cancel(context, "a", ""); }, [] {},
                         [](std::exception_ptr) { BOOST_ERROR("was rejected"); }});
  rig.turn();
  BOOST_TEST(rig.story("a") == std::string(kWaiting) + " job.cancelled link.expired");
  BOOST_TEST(rig.links->size() == 0U);
}

BOOST_AUTO_TEST_CASE(cancelled_during_the_call_nothing_is_handed_over) {
  EngineRig rig;
  rig.start(claimable_link("a"));
  rig.command([](Context& context) { cancel(context, "a", ""); });
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  rig.finish_call(test::minted(kLink));
  rig.turn();
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent job.cancelled attempt.result job.failed");
  BOOST_TEST(rig.end("a") == "cancelled link_expired");
  BOOST_TEST(rig.links->size() == 0U);
}

BOOST_AUTO_TEST_CASE(claim_before_the_mint_is_told_to_wait) {
  EngineRig rig;
  rig.clock.advance(minutes(1));
  job::Submission later = claimable_link("later");
  later.at = rig.clock.now().wall + minutes(5);
  rig.ask(later);
  rig.start(claimable_link("called"));
  rig.claim("later");
  rig.claim("called");
  rig.turn();
  BOOST_TEST(rig.claimed("later") == "wrong_state");
  BOOST_TEST(rig.claimed("called") == "wrong_state");
}

BOOST_AUTO_TEST_CASE(claim_of_anything_else_says_what_it_is) {
  EngineRig rig([](Settings& settings) { settings.mails = true; });
  rig.mint(test::mailed_link("mailed", "budi@example.com"), kLink);
  const auto place = rig.desk->open("replied");
  rig.mint(test::link("replied"), kLink);
  rig.start(test::mail("mayar"));
  for (const char* id : {"mailed", "replied", "mayar", "unknown"}) rig.claim(id);
  rig.turn();
  BOOST_TEST(rig.claimed("mailed") == "wrong_state");
  BOOST_TEST(rig.claimed("replied") == "wrong_state");
  BOOST_TEST(rig.claimed("mayar") == "wrong_state");
  BOOST_TEST(rig.claimed("unknown") == "not_found");
  BOOST_TEST(rig.links->size() == 1U);  // the mail's
}

BOOST_AUTO_TEST_CASE(claim_of_a_pruned_job_is_gone) {
  Waiting rig;
  rig.claim("a");
  rig.turn();
  rig.command([](Context& context) { BOOST_REQUIRE(context.store.prune_job("a")); });
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "link_gone");
}

BOOST_AUTO_TEST_CASE(crash_while_a_link_waits_is_link_expired_at_the_next_start) {
  Waiting rig;
  rig.crash_and_restart();
  BOOST_TEST(rig.sequel() == " link.expired");
  BOOST_TEST(rig.end("a") == "failed link_expired");
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "link_gone");
  BOOST_TEST(rig.workers->calls.empty());  // what was minted is not minted again by itself
}

BOOST_AUTO_TEST_CASE(crash_after_a_cancellation_leaves_it_cancelled) {
  Waiting rig;
  rig.command([](Context& context) { cancel(context, "a", ""); });
  rig.crash_and_restart();
  BOOST_TEST(rig.sequel() == " job.cancelled link.expired");
  BOOST_TEST(rig.state("a") == "cancelled");
}

BOOST_AUTO_TEST_CASE(daemon_that_stops_waits_for_no_claim_and_wipes_the_link) {
  Waiting rig;
  rig.heart().stop_taking();
  rig.turn();
  BOOST_TEST(rig.heart().idle());
  rig.claim("a");  // until the end it can be claimed
  rig.heart().finish();
  BOOST_TEST(rig.claimed("a") == kLink);

  Waiting other;
  other.heart().stop_taking();
  other.heart().finish();
  BOOST_TEST(other.sequel() == " link.expired");
  BOOST_TEST(other.end("a") == "failed link_expired");
  BOOST_TEST(other.links->size() == 0U);
}

BOOST_AUTO_TEST_CASE(turn_that_fails_has_claimed_nothing) {
  for (const char* operation : {"append", "update_job", "release_savepoint", "commit"}) {
    Waiting rig;
    rig.failing = operation;
    rig.claim("a");
    const auto before = rig.entries();
    BOOST_CHECK_THROW(rig.turn(), Error);
    BOOST_TEST(rig.entries() == before);
    BOOST_TEST(rig.links->size() == 1U);
    BOOST_TEST(rig.claimed("a") == "try_later", operation);  // the caller is told, and may ask again
    rig.failing.clear();
    rig.claim("a");
    rig.turn();
    BOOST_TEST(rig.claimed("a") == kLink);
    BOOST_TEST(rig.sequel() == " link.claimed");
  }
}

BOOST_AUTO_TEST_CASE(turn_that_fails_keeps_minted_links_for_the_next) {
  for (const char* operation : {"append", "update_job", "commit"}) {
    EngineRig rig;
    rig.start(claimable_link("a"));
    rig.finish_call(test::minted(kLink));
    rig.failing = operation;
    BOOST_CHECK_THROW(rig.turn(), Error);
    BOOST_TEST(rig.links->size() == 0U);
    rig.failing.clear();
    rig.turn();
    BOOST_TEST(rig.story("a") == kWaiting);
    BOOST_TEST(rig.links->size() == 1U);
    rig.claim("a");
    rig.turn();
    BOOST_TEST(rig.claimed("a") == kLink);
  }
}

BOOST_AUTO_TEST_CASE(turn_that_fails_has_wiped_nothing) {
  Waiting rig;
  rig.command([](Context& context) { cancel(context, "a", ""); });
  rig.failing = "commit";
  BOOST_CHECK_THROW(rig.turn(), Error);
  BOOST_TEST(rig.links->size() == 1U);
  rig.failing.clear();
  rig.turn();  // and knows still that somebody else has written
  BOOST_TEST(rig.links->size() == 0U);
  BOOST_TEST(rig.sequel() == " job.cancelled link.expired");
}

// A disk that is full: what others wrote meanwhile is not forgotten.
BOOST_AUTO_TEST_CASE(cancellation_during_a_settling_is_seen_by_the_next_turn) {
  Waiting rig;
  const Attempt attempt = rig.start(claimable_link("b"));
  rig.command([](Context& context) { cancel(context, "a", ""); });
  BOOST_TEST(rig.heart().others_have_written());
  rig.finish_call(attempt, test::minted("https://a.customerportal.energy/2"));
  rig.heart().settle();
  rig.turn();
  BOOST_TEST(rig.sequel() == " job.cancelled link.expired");
  BOOST_TEST(rig.links->size() == 1U);
}

BOOST_AUTO_TEST_CASE(erasure_waits_for_the_daemon_to_wipe_the_link_and_no_longer) {
  Waiting rig;
  const auto erased = [&] {
    Erasure erasure;
    rig.command([&](Context& context) {
      const auto subject = context.store.find_subject(job::Provider::Nomos, "cus_a");
      erasure = erase(context, {subject.value()}, "asked to be forgotten", false);
    });
    return erasure;
  };
  BOOST_TEST(erased().under_way.has_value());
  rig.turn();
  BOOST_TEST(rig.links->size() == 0U);
  BOOST_TEST(!erased().under_way);
  BOOST_TEST(rig.state("a") == "cancelled");
  BOOST_TEST(rig.entries(EntryType::SubjectErased).size() == 1U);
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "link_gone");
}

BOOST_AUTO_TEST_CASE(restored_claim_may_have_been_claimed_since_and_a_person_decides) {
  Waiting rig;
  Restoration restoration;
  rig.command([&](Context& context) { restoration = restore(context, "drill"); });
  BOOST_TEST(restoration.unknown == 1);
  BOOST_TEST(restoration.held == 1);
  BOOST_TEST(rig.sequel() == " handover.result job.held");
  BOOST_TEST(rig.end("a") == "held restored");
  rig.crash_and_restart();
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "wrong_state");
  rig.command([](Context& context) { release(context, "a", "not claimed"); });
  rig.turn();
  rig.finish_call(test::minted("https://a.customerportal.energy/2"));
  rig.turn();
  rig.claim("a");
  rig.turn();
  BOOST_TEST(rig.claimed("a") == "https://a.customerportal.energy/2");
}

// Each waiting link holds a page of locked memory.
BOOST_AUTO_TEST_CASE(no_link_is_minted_while_there_is_no_room_for_one) {
  Waiting rig;
  for (std::size_t i = 1; i < handover::WaitingLinks::kMost; ++i) {
    handover::WaitingLink other;
    other.boot_expires = rig.clock.now().boot + hours(1);
    other.expires_at = rig.clock.now().wall + hours(1);
    rig.links->keep("other-" + std::to_string(i), std::move(other));
  }
  rig.ask(claimable_link("b"));
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST(rig.state("b") == "queued");
  rig.claim("a");
  BOOST_TEST(rig.turn().at_once);  // this turn has found it full still
  rig.turn();
  BOOST_TEST(rig.claimed("a") == kLink);
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  BOOST_TEST(rig.workers->calls.front().request_id == "b");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

// Links that are mailed: one intent and one result for each mail, and never two under way with one link.
// interrupted_mail_tests.cpp has what gets in between.
#include <boost/test/unit_test.hpp>

#include "engine/hand_overs.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "support/mailing_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using ledger::EntryType;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kLater;
using test::kLink;
using test::kOtherLink;
using test::kRefused;
using test::kTaken;
using test::kUnknown;
using test::mailed_link;
using test::MailingRig;

}  // namespace

BOOST_AUTO_TEST_SUITE(hand_overs_tests)

BOOST_AUTO_TEST_CASE(mail_goes_out_after_its_intent_and_done_is_what_the_server_took) {
  MailingRig rig;
  rig.with_mail();
  BOOST_TEST(rig.sequel() == " handover.intent");
  const ledger::Entry intent = rig.entries(EntryType::HandoverIntent).front();
  BOOST_TEST((intent.hand_over == job::HandOver::Email));
  BOOST_TEST((intent.link_expires_at == rig.begin + minutes(15)));
  BOOST_TEST(intent.address_check.value() == "matched");
  BOOST_TEST(intent.attempt.value() == 1);
  BOOST_REQUIRE_EQUAL(rig.mailing(), 1U);
  const Mailing& mailing = rig.couriers->mails.front();
  BOOST_TEST(mailing.mail.request_id == "a");
  BOOST_TEST(mailing.mail.attempt == 1);
  BOOST_TEST(mailing.number == 1);
  BOOST_TEST(mailing.mail.to == "Budi@Example.com");  // as it was given
  BOOST_TEST(mailing.mail.link.reveal() == kLink);
  BOOST_TEST((mailing.mail.link_expires_at == rig.begin + minutes(15)));
  BOOST_TEST(!rig.heart().idle());

  rig.come_back(kTaken);
  BOOST_TEST(rig.sequel() == " handover.intent handover.result");
  BOOST_TEST(rig.end("a") == "done -");
  BOOST_TEST((rig.job_of("a").outcome == Outcome::Accepted));
  BOOST_TEST(rig.links->size() == 0U);
  BOOST_TEST(rig.heart().idle());
  BOOST_TEST(!rig.turn().boot);
}

BOOST_AUTO_TEST_CASE(address_that_nobody_asked_for_is_recorded_as_such) {
  MailingRig rig([](Settings& settings) { settings.verify_address = false; });
  const Attempt attempt = rig.start(mailed_link("a", "budi@example.com"));
  BOOST_TEST(!attempt.expect_email);
  rig.finish_call(attempt, test::minted(kLink));
  rig.turn();
  BOOST_TEST(rig.entries(EntryType::HandoverIntent).front().address_check.value() == "off");
}

BOOST_AUTO_TEST_CASE(other_address_at_the_provider_mints_nothing) {
  MailingRig rig;
  const Attempt attempt = rig.start(mailed_link("a", "Budi@Example.com"));
  BOOST_TEST(attempt.expect_email.value() == "budi@example.com");
  rig.finish_call(attempt, test::ended(Outcome::Rejected, Code::AddressMismatch, 200));
  rig.turn();
  BOOST_TEST(rig.sequel() == " job.failed");
  BOOST_TEST(rig.end("a") == "failed address_mismatch");
  BOOST_TEST(rig.mailing() == 0U);
}

BOOST_AUTO_TEST_CASE(refused_address_is_final) {
  MailingRig rig;
  rig.with_mail().come_back(kRefused);
  BOOST_TEST(rig.sequel() == " handover.intent handover.result job.failed");
  BOOST_TEST(rig.end("a") == "failed smtp_refused");
  BOOST_TEST(rig.links->size() == 0U);
  rig.clock.advance(minutes(14));
  rig.turn();
  BOOST_TEST(rig.mailing() == 0U);
}

BOOST_AUTO_TEST_CASE(deferred_mail_is_tried_again_with_the_same_link_and_an_intent_of_its_own) {
  MailingRig rig;
  rig.with_mail().come_back(kLater);
  BOOST_TEST(rig.sequel() == " handover.intent handover.result");
  BOOST_TEST(rig.end("a") == "running smtp_deferred");
  BOOST_TEST(rig.mailing() == 0U);
  rig.wait_for_next();
  rig.turn();
  BOOST_TEST(rig.sequel() == " handover.intent handover.result handover.intent");
  BOOST_REQUIRE_EQUAL(rig.mailing(), 1U);
  BOOST_TEST(rig.couriers->mails.front().number == 2);
  BOOST_TEST(rig.couriers->mails.front().mail.link.reveal() == kLink);
  rig.come_back(kTaken);
  // What the first try came to says nothing about the second.
  BOOST_TEST(rig.end("a") == "done -");
  BOOST_TEST(rig.workers->calls.empty());
}

BOOST_AUTO_TEST_CASE(deferred_until_the_link_is_over_is_failed) {
  MailingRig rig;
  rig.with_mail();
  int mails = 0;
  while (rig.state("a") == "running") {
    BOOST_REQUIRE_EQUAL(rig.mailing(), 1U);
    BOOST_REQUIRE((rig.clock.now().wall < rig.begin + minutes(15)));
    ++mails;
    rig.come_back(kLater);
    if (rig.state("a") != "running") break;
    rig.wait_for_next();
    rig.turn();
  }
  BOOST_TEST(mails > 5);
  BOOST_TEST(rig.end("a") == "failed smtp_deferred");
  BOOST_TEST(rig.entries(EntryType::HandoverIntent).size() == static_cast<std::size_t>(mails));
  BOOST_TEST(rig.entries(EntryType::HandoverResult).size() == static_cast<std::size_t>(mails));
  BOOST_TEST(rig.links->size() == 0U);
}

// No wait may lead to a mail whose link is dead when it is read.
BOOST_AUTO_TEST_CASE(next_try_that_would_be_too_late_is_not_planned) {
  MailingRig rig;
  rig.with_mail();
  rig.clock.advance(minutes(15) - Millis(250));  // the shortest wait there is
  rig.come_back(kLater);
  BOOST_TEST(rig.sequel() == " handover.intent handover.result job.failed");
  BOOST_TEST(rig.end("a") == "failed smtp_deferred");
}

BOOST_AUTO_TEST_CASE(unknown_mail_is_held_and_a_person_may_have_another_link_mailed) {
  MailingRig rig;
  rig.with_mail().come_back(kUnknown);
  BOOST_TEST(rig.sequel() == " handover.intent handover.result job.held");
  BOOST_TEST(rig.end("a") == "held smtp_unknown");
  BOOST_TEST(rig.links->size() == 0U);
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());

  rig.command([](Context& context) { release(context, "a", "the mail server shows none"); });
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  BOOST_TEST(rig.workers->calls.front().number == 2);
  BOOST_TEST(rig.workers->calls.front().expect_email.value() == "budi@example.com");
  rig.finish_call(test::minted(kOtherLink));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.mailing(), 1U);
  BOOST_TEST(rig.couriers->mails.front().mail.link.reveal() == kOtherLink);
  rig.come_back(kTaken);
  BOOST_TEST(rig.end("a") == "done -");
}

BOOST_AUTO_TEST_CASE(mailer_that_does_not_come_back_is_unknown_at_its_deadline) {
  MailingRig rig;
  rig.with_mail();
  rig.clock.advance(rig.settings.mail_deadline - Millis(1));
  BOOST_TEST((rig.turn().boot == rig.clock.now().boot + Millis(1)));
  BOOST_TEST(rig.state("a") == "running");
  rig.clock.advance(Millis(1));
  rig.turn();
  BOOST_TEST(rig.sequel() == " handover.intent handover.result job.held");
  BOOST_TEST(rig.end("a") == "held smtp_unknown");
  BOOST_TEST(rig.links->size() == 0U);
  BOOST_TEST(rig.heart().idle());
  const auto before = rig.entries();
  rig.come_back(kTaken);
  BOOST_TEST(rig.entries() == before);
  BOOST_TEST(rig.end("a") == "held smtp_unknown");
}

// Both are "mail 1" of the job "a".
BOOST_AUTO_TEST_CASE(late_mailer_says_nothing_about_the_next_links_mail) {
  MailingRig rig;
  rig.with_mail();
  rig.clock.advance(rig.settings.mail_deadline);
  rig.turn();
  rig.command([](Context& context) { release(context, "a", "try again"); });
  rig.turn();
  rig.finish_call(test::minted(kOtherLink));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.mailing(), 2U);
  BOOST_TEST(rig.couriers->mails.back().number == 1);
  rig.come_back(kTaken);  // the first
  BOOST_TEST(rig.state("a") == "running");
  rig.come_back(kRefused);
  BOOST_TEST(rig.end("a") == "failed smtp_refused");
}

// The server is asked to take it right now; what it says counts, though the link's time has passed meanwhile.
BOOST_AUTO_TEST_CASE(mail_under_way_is_waited_for_beyond_the_links_time) {
  MailingRig rig;
  rig.without_mailers();
  rig.with_mail();
  rig.clock.advance(minutes(15) - Millis(1));
  rig.couriers->mailers = 1;
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.mailing(), 1U);
  rig.clock.advance(seconds(1));
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  rig.come_back(kTaken);
  BOOST_TEST(rig.end("a") == "done -");
}

BOOST_AUTO_TEST_CASE(without_an_idle_mailer_the_link_waits_and_no_intent_is_written) {
  MailingRig rig;
  rig.mailers = 1;
  rig.crash_and_restart();
  rig.mint(mailed_link("first", "siti@example.com"), "https://a.customerportal.energy/0");
  rig.with_mail();
  BOOST_TEST(rig.sequel() == "");
  BOOST_TEST(rig.end("a") == "running -");
  BOOST_TEST(rig.links->size() == 2U);
  rig.clock.advance(seconds(5));
  rig.turn();
  BOOST_TEST(rig.sequel() == "");
  rig.come_back(kTaken);
  BOOST_TEST(rig.sequel() == " handover.intent");
  BOOST_REQUIRE_EQUAL(rig.mailing(), 1U);
  BOOST_TEST(rig.couriers->mails.front().mail.request_id == "a");
}

BOOST_AUTO_TEST_CASE(links_that_end_first_are_mailed_first) {
  MailingRig rig;
  rig.without_mailers();
  for (const char* id : {"z-first", "a-second", "m-third"}) {
    rig.mint(mailed_link(id, "budi@example.com"), kLink);
    rig.clock.advance(seconds(1));
  }
  rig.couriers->mailers = 2;
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.mailing(), 2U);
  BOOST_TEST(rig.couriers->mails[0].mail.request_id == "z-first");
  BOOST_TEST(rig.couriers->mails[1].mail.request_id == "a-second");
}

BOOST_AUTO_TEST_CASE(deferred_mail_waits_for_an_idle_mailer_too) {
  MailingRig rig;
  rig.with_mail();
  rig.finish_mail(kLater);
  rig.couriers->mailers = 0;
  rig.wait_for_next();
  BOOST_TEST(!rig.turn().at_once);
  BOOST_TEST(rig.sequel() == " handover.intent handover.result");
  rig.couriers->mailers = 1;
  rig.turn();
  BOOST_TEST(rig.sequel() == " handover.intent handover.result handover.intent");
}

BOOST_AUTO_TEST_CASE(link_that_no_mailer_came_for_is_expired) {
  MailingRig rig;
  rig.without_mailers();
  rig.with_mail();
  rig.wait_for_next();
  BOOST_TEST((rig.clock.now().wall == rig.begin + minutes(15)));
  rig.couriers->mailers = 1;  // too late by a moment
  rig.turn();
  BOOST_TEST(rig.sequel() == " job.failed");
  BOOST_TEST(rig.end("a") == "failed link_expired");
  BOOST_TEST(rig.mailing() == 0U);
  BOOST_TEST(rig.links->size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

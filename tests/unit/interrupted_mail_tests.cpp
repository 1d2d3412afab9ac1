// What becomes of a mailed link when its daemon dies or stops, its disk is full, somebody sets the clock, or
// a person thinks better of it.
#include <boost/test/unit_test.hpp>

#include "engine/erasure.h"
#include "engine/operations.h"
#include "engine/restoration.h"
#include "engine/submit.h"
#include "support/mailing_rig.h"

namespace latchkey::engine {
namespace {

using handover::MailResult;
using job::Code;
using job::Outcome;
using ledger::EntryType;
using std::chrono::hours;
using std::chrono::minutes;
using test::kLater;
using test::kLink;
using test::kRefused;
using test::kTaken;
using test::kUnknown;
using test::mailed_link;
using test::MailingRig;

}  // namespace

BOOST_AUTO_TEST_SUITE(interrupted_mail_tests)

BOOST_AUTO_TEST_CASE(crash_during_a_mail_is_unknown_and_held) {
  MailingRig rig;
  rig.with_mail();
  rig.crash_and_restart();
  BOOST_TEST(rig.sequel() == " handover.intent handover.result job.held");
  const ledger::Entry result = rig.entries(EntryType::HandoverResult).front();
  BOOST_TEST((result.outcome == Outcome::Unknown));
  BOOST_TEST((result.code == Code::SmtpUnknown));
  BOOST_TEST(rig.end("a") == "held smtp_unknown");
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST(rig.mailing() == 0U);
}

BOOST_AUTO_TEST_CASE(crash_between_two_mails_has_lost_the_link) {
  MailingRig rig;
  rig.with_mail().come_back(kLater);
  rig.crash_and_restart();
  BOOST_TEST(rig.sequel() == " handover.intent handover.result job.failed");
  BOOST_TEST(rig.end("a") == "failed link_expired");
}

BOOST_AUTO_TEST_CASE(crash_before_the_first_mail_has_lost_the_link) {
  MailingRig rig;
  rig.without_mailers();
  rig.with_mail();
  rig.crash_and_restart();
  BOOST_TEST(rig.sequel() == " job.failed");
  BOOST_TEST(rig.end("a") == "failed link_expired");
}

BOOST_AUTO_TEST_CASE(stopping_daemon_waits_for_mails_under_way_and_for_no_others) {
  MailingRig rig;
  rig.with_mail();
  rig.heart().stop_taking();
  rig.turn();
  BOOST_TEST(!rig.heart().idle());
  rig.come_back(kLater);
  BOOST_TEST(rig.heart().idle());
  rig.heart().finish();
  BOOST_TEST(rig.end("a") == "failed link_expired");
  BOOST_TEST(rig.links->size() == 0U);

  MailingRig cut;  // its grace has ended
  cut.with_mail();
  cut.heart().stop_taking();
  cut.heart().finish();
  BOOST_TEST(cut.sequel() == " handover.intent handover.result job.held");
  BOOST_TEST(cut.end("a") == "held smtp_unknown");
  BOOST_TEST(cut.entries(EntryType::DaemonStop).back().seq == cut.entries() - 1);
}

// A mint that comes back in the very last turn: a mail that began now would go out behind the ledger's back.
BOOST_AUTO_TEST_CASE(last_turn_begins_no_mail) {
  MailingRig rig;
  rig.start(mailed_link("a", "budi@example.com"));
  rig.heart().stop_taking();
  rig.finish_call(test::minted(kLink));
  rig.heart().finish();
  BOOST_TEST(rig.mailing() == 0U);
  BOOST_TEST(rig.sequel() == " job.failed");
  BOOST_TEST(rig.end("a") == "failed link_expired");
}

// Of what goes out now the result could not be written.
BOOST_AUTO_TEST_CASE(no_mail_begins_while_the_disk_is_full) {
  MailingRig rig;
  rig.start(mailed_link("a", "budi@example.com"));
  rig.finish_call(test::minted(kLink));
  rig.heart().settle();
  BOOST_TEST(rig.mailing() == 0U);
  BOOST_TEST(rig.links->size() == 1U);
  rig.turn();
  BOOST_TEST(rig.sequel() == " handover.intent");
  rig.finish_mail(kTaken);
  rig.heart().settle();  // but ends are written
  BOOST_TEST(rig.end("a") == "done -");
}

BOOST_AUTO_TEST_CASE(cancelled_between_two_mails_the_link_is_wiped) {
  MailingRig rig;
  rig.with_mail().come_back(kLater);
  rig.command([](Context& context) { cancel(context, "a", "a mistake"); });
  rig.turn();
  BOOST_TEST(rig.sequel() == " handover.intent handover.result job.cancelled job.failed");
  BOOST_TEST(rig.state("a") == "cancelled");
  BOOST_TEST(rig.links->size() == 0U);
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_turn_in_which_a_mail_is_due_none_goes_out) {
  for (const bool deferred : {true, false}) {
    MailingRig rig;
    if (!deferred) {
      rig.without_mailers();
    }
    rig.with_mail();
    if (deferred) {
      rig.finish_mail(kLater);
      rig.wait_for_next();
    }
    rig.couriers->mailers = 1;
    rig.inbox->put(Request{"token:tk_1", [](Context& context) { cancel(context, "a", ""); }, [] {},
                           [](std::exception_ptr) { BOOST_ERROR("was rejected"); }});
    rig.turn();
    BOOST_TEST(rig.mailing() == 0U);
    BOOST_TEST(rig.state("a") == "cancelled");
    BOOST_TEST(rig.links->size() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(cancelled_during_a_mail_its_end_decides) {
  const std::vector<std::pair<MailResult, std::string>> ends{
      {kTaken, "done"}, {kRefused, "cancelled"}, {kLater, "cancelled"}, {kUnknown, "cancelled"}};
  for (const auto& [result, state] : ends) {
    MailingRig rig;
    rig.with_mail();
    rig.command([](Context& context) { cancel(context, "a", "a mistake"); });
    rig.turn();
    BOOST_TEST(rig.state("a") == "running");
    rig.come_back(result);
    BOOST_TEST(rig.state("a") == state);
    BOOST_TEST(rig.links->size() == 0U);
    BOOST_TEST(rig.mailing() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(erasure_waits_for_the_mail_under_way_and_no_other_follows) {
  for (const bool under_way : {true, false}) {
    MailingRig rig;
    rig.with_mail();
    if (!under_way) rig.come_back(kLater);
    const auto erased = [&] {
      Erasure erasure;
      rig.command([&](Context& context) {
        const auto known = context.store.subjects_mailed_to("budi@example.com");
        BOOST_REQUIRE_EQUAL(known.size(), 1U);
        erasure = erase(context, known, "asked to be forgotten", false);
      });
      return erasure;
    };
    BOOST_TEST(erased().under_way.has_value());
    rig.turn();
    if (under_way) {
      BOOST_TEST(erased().under_way.has_value());
      rig.come_back(kLater);
    }
    BOOST_TEST(!erased().under_way);
    BOOST_TEST(rig.state("a") == "cancelled");
    BOOST_TEST(rig.other->subjects_mailed_to("budi@example.com").empty());
    rig.clock.advance(minutes(1));
    rig.turn();
    BOOST_TEST(rig.mailing() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(turn_that_fails_has_sent_no_mail_and_the_next_sends_one) {
  for (const char* operation : {"append", "update_job", "commit"}) {
    MailingRig rig;
    rig.start(mailed_link("a", "budi@example.com"));
    rig.finish_call(test::minted(kLink));
    rig.failing = operation;
    for (int i = 0; i < 2; ++i) BOOST_CHECK_THROW(rig.turn(), Error);
    BOOST_TEST(rig.mailing() == 0U);
    BOOST_TEST(rig.links->size() == 0U);
    rig.failing.clear();
    rig.turn();
    BOOST_TEST(rig.mailing() == 1U);
    BOOST_TEST(rig.couriers->mails.front().number == 1);
    BOOST_TEST(rig.sequel() == " handover.intent");
  }
}

BOOST_AUTO_TEST_CASE(end_of_a_mail_survives_turns_that_fail) {
  for (const char* operation : {"find_job", "append", "update_job", "commit"}) {
    for (const bool deferred : {true, false}) {
      MailingRig rig;
      rig.with_mail();
      rig.finish_mail(deferred ? kLater : kTaken);
      rig.failing = operation;
      for (int i = 0; i < 2; ++i) BOOST_CHECK_THROW(rig.turn(), Error);
      BOOST_TEST(rig.links->size() == 1U);
      BOOST_TEST(rig.links->mailing() == 1U);
      rig.failing.clear();
      rig.turn();
      BOOST_TEST(rig.sequel() == " handover.intent handover.result");
      BOOST_TEST(rig.end("a") == (deferred ? "running smtp_deferred" : "done -"));
      BOOST_TEST(rig.links->mailing() == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(mail_that_is_due_survives_turns_that_fail) {
  MailingRig rig;
  rig.with_mail();
  rig.finish_mail(kLater);
  rig.wait_for_next();
  rig.failing = "commit";
  for (int i = 0; i < 2; ++i) BOOST_CHECK_THROW(rig.turn(), Error);
  BOOST_TEST(rig.mailing() == 0U);
  rig.failing.clear();
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.mailing(), 1U);
  BOOST_TEST(rig.couriers->mails.front().number == 2);
}

// By either clock, as with a claim; and what the wall clock does is no reason to mail earlier or later.
BOOST_AUTO_TEST_CASE(set_clock_neither_revives_a_mails_link_nor_moves_its_next_try) {
  for (const Millis step : {Millis(-hours(1)), Millis(minutes(5))}) {
    MailingRig rig;
    rig.with_mail().come_back(kLater);
    const auto due = rig.turn().boot;
    rig.clock.step_wall(step);
    BOOST_TEST((rig.turn().boot == due));
    BOOST_TEST(rig.mailing() == 0U);
  }
  MailingRig back;
  back.without_mailers();
  back.with_mail();
  back.clock.advance(minutes(15));
  back.clock.step_wall(-hours(1));
  back.couriers->mailers = 1;
  back.turn();
  BOOST_TEST(back.end("a") == "failed link_expired");
  MailingRig beyond;
  beyond.with_mail().come_back(kLater);
  beyond.clock.step_wall(hours(1));
  beyond.turn();
  BOOST_TEST(beyond.end("a") == "failed smtp_deferred");
  BOOST_TEST(beyond.mailing() == 0U);
}

// Two minutes forward are no reason to call a mail under way lost.
BOOST_AUTO_TEST_CASE(set_clock_does_not_end_a_mail_under_way) {
  MailingRig rig;
  rig.with_mail();
  rig.clock.step_wall(hours(1));
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  rig.come_back(kTaken);
  BOOST_TEST(rig.end("a") == "done -");
}

BOOST_AUTO_TEST_CASE(restored_mails_may_have_gone_out_since_and_a_person_decides) {
  for (const bool under_way : {true, false}) {
    MailingRig rig;
    rig.with_mail();
    if (!under_way) rig.come_back(kLater);
    const std::string before = rig.sequel();
    Restoration restoration;
    rig.command([&](Context& context) { restoration = restore(context, "drill"); });
    BOOST_TEST(restoration.unknown == (under_way ? 1 : 0));
    BOOST_TEST(restoration.held == 1);
    BOOST_TEST(rig.sequel() == before + (under_way ? " handover.result job.held" : " job.held"));
    BOOST_TEST(rig.end("a") == "held restored");
    rig.crash_and_restart();
    rig.turn();
    BOOST_TEST(rig.mailing() == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

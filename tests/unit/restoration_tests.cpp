#include <boost/test/unit_test.hpp>

#include "engine/operations.h"
#include "engine/restoration.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Outcome;
using ledger::EntryType;
using std::chrono::minutes;
using test::EngineRig;
using test::link;
using test::mail;

// What a restore does to the database as it is now.
Restoration restored(EngineRig& rig, const std::string& reason = "drill") {
  Restoration restoration;
  rig.command([&](Context& context) { restoration = restore(context, reason); });
  return restoration;
}

job::Submission mail_at(const std::string& request_id, TimePoint at) {
  job::Submission submission = mail(request_id);
  submission.at = at;
  return submission;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restoration_tests)

BOOST_AUTO_TEST_CASE(says_what_the_backup_held_and_who_restored_it) {
  EngineRig rig;
  const auto before = rig.entries();
  BOOST_TEST(restored(rig).entries == before);
  const auto entry = rig.entries(EntryType::LogRestored).front();
  BOOST_TEST(entry.seq == before);
  BOOST_TEST(entry.size.value() == before);
  BOOST_TEST(entry.actor == "uid:1000");
  BOOST_TEST(entry.reason.value() == "drill");
}

BOOST_AUTO_TEST_CASE(mail_that_was_due_is_held_and_what_is_due_later_stays) {
  EngineRig rig;
  rig.command([&](Context& context) {
    submit(context, mail_at("due", rig.begin + minutes(1)));
    submit(context, mail_at("later", rig.begin + minutes(2)));
  });
  rig.clock.advance(minutes(1));
  const Restoration restoration = restored(rig);
  BOOST_TEST(restoration.held == 1);
  BOOST_TEST(restoration.ended == 0);
  BOOST_TEST(rig.end("due") == "held restored");
  BOOST_TEST(rig.end("later") == "queued -");
  rig.crash_and_restart();
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  rig.clock.advance(minutes(1));
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(stale_mail_is_held_too_because_it_may_have_gone_in_time) {
  EngineRig rig;
  rig.command([&](Context& context) { submit(context, mail_at("a", rig.begin + minutes(1))); });
  rig.clock.advance(minutes(60));
  restored(rig);
  BOOST_TEST(rig.end("a") == "held restored");
}

BOOST_AUTO_TEST_CASE(open_call_gets_its_result_and_its_mail_is_held) {
  EngineRig rig([](Settings& settings) { settings.of(job::Provider::Mayar).retry_unknown_once = true; });
  rig.start(mail("a"));
  const Restoration restoration = restored(rig);
  BOOST_TEST(restoration.unknown == 1);
  BOOST_TEST(rig.end("a") == "held restored");
  BOOST_TEST(rig.story("a") == "job.accepted attempt.intent attempt.result job.held");
  const auto result = rig.entries(EntryType::AttemptResult).front();
  BOOST_TEST((result.outcome == Outcome::Unknown));
  BOOST_TEST((result.code == job::Code::Restored));
  BOOST_TEST(result.attempt.value() == 1);
}

BOOST_AUTO_TEST_CASE(planned_retry_in_the_future_stays) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.finish_call(test::ended(Outcome::NotSent, job::Code::Connect));
  rig.turn();
  const auto due = rig.job_of("a").due_at;
  BOOST_REQUIRE((due > rig.clock.now().wall));
  BOOST_TEST(restored(rig).held == 0);
  BOOST_TEST(rig.state("a") == "queued");
}

BOOST_AUTO_TEST_CASE(cancelled_call_ends_with_its_result) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.command([](Context& context) { cancel(context, "a", ""); });
  const Restoration restoration = restored(rig);
  BOOST_TEST(rig.state("a") == "cancelled");
  BOOST_TEST(restoration.held == 0);
  BOOST_TEST(restoration.ended == 1);
}

BOOST_AUTO_TEST_CASE(links_end_with_their_callers) {
  EngineRig rig;
  const auto called = rig.desk->open("called");
  const auto handed = rig.desk->open("handed");
  const auto waiting = rig.desk->open("waiting");
  rig.start(link("handed"));
  rig.finish_call(test::minted("https://l/1"));
  rig.turn();
  rig.start(link("called"));
  rig.command([](Context& context) { pause(context, job::Provider::Nomos, "maintenance"); });
  rig.ask(link("waiting"));
  rig.turn();
  restored(rig);
  BOOST_TEST(rig.end("waiting") == "cancelled caller_gone");
  BOOST_TEST(rig.end("called") == "failed caller_gone");
  BOOST_TEST(rig.end("handed") == "held restored");  // the caller may have it
  BOOST_TEST(rig.story("handed") ==
             "job.accepted attempt.intent attempt.result handover.intent handover.result job.held");
}

BOOST_AUTO_TEST_CASE(held_and_ended_jobs_stay_as_they_were) {
  EngineRig rig;
  rig.finish_call(rig.start(mail("held")), test::ended(Outcome::Unknown, job::Code::Timeout));
  rig.finish_call(rig.start(mail("done")), test::accepted());
  rig.turn();
  restored(rig);
  BOOST_TEST(rig.end("held") == "held timeout");
  BOOST_TEST(rig.end("done") == "done -");
}

BOOST_AUTO_TEST_CASE(bad_reason_restores_nothing) {
  EngineRig rig;
  const auto before = rig.entries();
  BOOST_CHECK_THROW(restored(rig, "mail budi@example.com"), InputError);
  BOOST_TEST(rig.entries() == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

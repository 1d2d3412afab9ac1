#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "engine/door.h"
#include "engine/import.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "ledger/commitment.h"
#include "store/sqlite_connection.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Provider;
using std::chrono::hours;
using std::chrono::minutes;
using test::EngineRig;
using test::link;
using test::mail;

// The code with which a command is turned away, or "stored".
std::string code_of(EngineRig& rig, const job::Submission& submission) {
  try {
    rig.command([&](Context& context) { submit(context, submission); });
    return "stored";
  } catch (const InputError& error) {
    return error.code();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(submit_tests)

BOOST_AUTO_TEST_CASE(submission_is_stored_with_defaults_and_its_entry) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a", "budi@example.com")); });
  const job::Job job = rig.job_of("a");
  BOOST_TEST((job.due_at == rig.begin));
  BOOST_TEST((job.expires_at == rig.begin + minutes(15)));
  BOOST_TEST((job.fresh_until == job.expires_at));
  BOOST_TEST(job.ready);
  const auto entry = rig.entries(ledger::EntryType::JobAccepted).front();
  BOOST_TEST(entry.actor == "uid:1000");
  BOOST_TEST((entry.due_at == job.due_at));
  BOOST_TEST((entry.expires_at == job.expires_at));
  const auto subject = rig.other->subject(job.subject).value();
  BOOST_TEST(entry.commitment.value() ==
             ledger::recipient_commitment(subject.salt, Provider::Mayar, "budi@example.com"));
  BOOST_TEST(!entry.subject_prev);
}

BOOST_AUTO_TEST_CASE(job_that_is_due_is_stored_taken_and_dispatched_in_one_turn) {
  EngineRig rig;
  const auto before = rig.entries();
  rig.ask(mail("a"));
  rig.turn();
  BOOST_TEST(rig.entries() == before + 2);
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(same_payload_is_the_same_job_and_another_one_a_conflict) {
  EngineRig rig;
  job::Submission first = mail("a", "budi@example.com");
  first.lifetime = minutes(5);
  rig.command([&](Context& context) { BOOST_TEST(submit(context, first).created); });
  const auto before = rig.entries();
  rig.command([&](Context& context) {
    const Submitted again = submit(context, first);
    BOOST_TEST(!again.created);
    BOOST_TEST(again.job.request_id == "a");
  });
  job::Submission paced = first;
  paced.pace = true;  // how it is to be queued is not what it is
  BOOST_TEST(code_of(rig, paced) == "stored");
  BOOST_TEST(rig.entries() == before);

  job::Submission other = first;
  other.lifetime.reset();
  BOOST_TEST(code_of(rig, other) == "conflict");
  other = first;
  other.at = rig.begin;
  BOOST_TEST(code_of(rig, other) == "conflict");
  BOOST_TEST(code_of(rig, mail("a", "siti@example.com")) == "conflict");
  BOOST_TEST(code_of(rig, link("a", "cus_1")) == "conflict");
  BOOST_TEST(rig.entries() == before);
}

BOOST_AUTO_TEST_CASE(same_request_is_known_although_its_provider_is_off_by_now) {
  EngineRig rig;
  BOOST_TEST(code_of(rig, mail("a")) == "stored");
  rig.settings.of(Provider::Mayar).on = false;
  BOOST_TEST(code_of(rig, mail("a")) == "stored");
  BOOST_TEST(code_of(rig, mail("b")) == "provider_off");
}

BOOST_AUTO_TEST_CASE(request_id_of_an_erased_subject_stays_taken) {
  EngineRig rig;
  BOOST_TEST(code_of(rig, mail("a", "budi@example.com")) == "stored");
  store::SqliteConnection raw(rig.folder / "latchkey.db", store::Access::ReadWrite, Millis(0));
  raw.execute("DELETE FROM subjects");
  BOOST_TEST(code_of(rig, mail("a", "budi@example.com")) == "request_id_used");
}

BOOST_AUTO_TEST_CASE(recipient_keeps_its_subject_and_the_latest_spelling) {
  EngineRig rig;
  job::Submission first = mail("a", "budi@example.com");
  first.recipient.address = "Budi@EXAMPLE.com";
  rig.command([&](Context& context) { submit(context, first); });
  job::Submission second = mail("b", "budi@example.com");
  second.recipient.address = "budi@Example.com";
  rig.command([&](Context& context) { submit(context, second); });
  BOOST_TEST(rig.job_of("a").subject == rig.job_of("b").subject);
  BOOST_TEST(rig.other->subject(rig.job_of("a").subject).value().address == "budi@Example.com");
  const auto accepted = rig.entries(ledger::EntryType::JobAccepted);
  BOOST_TEST((accepted.back().subject_prev == accepted.front().seq));
}

BOOST_AUTO_TEST_CASE(what_is_stale_already_is_stored_as_stale) {
  EngineRig rig;
  job::Submission submission = mail("a");
  submission.at = rig.begin - minutes(15);
  rig.command([&](Context& context) {
    BOOST_TEST((submit(context, submission).job.standing.state == job::State::Stale));
  });
  BOOST_TEST(rig.end("a") == "stale expired_before_send");
  BOOST_TEST(rig.story("a") == "job.accepted job.refused");
  submission = mail("b");
  submission.at = rig.begin - minutes(15) + Millis(1);
  rig.ask(submission);
  rig.turn();
  BOOST_TEST(rig.state("b") == "running");
}

BOOST_AUTO_TEST_CASE(job_for_later_waits_until_then) {
  EngineRig rig;
  job::Submission submission = mail("a");
  submission.at = rig.begin + hours(3);
  rig.ask(submission);
  const Wake wake = rig.turn();
  BOOST_TEST(!rig.job_of("a").ready);
  BOOST_TEST((wake.wall == rig.begin + hours(3)));
  BOOST_TEST(!wake.at_once);
  rig.clock.advance(hours(3) - Millis(1));
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  rig.clock.advance(Millis(1));
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(nomos_without_a_hand_over_is_rejected_at_the_door) {
  EngineRig rig;
  job::Submission submission = link("a");
  submission.hand_over = job::HandOver::None;
  BOOST_TEST(code_of(rig, submission) == "no_handover");
  BOOST_TEST(rig.entries() == 2);  // log.init, daemon.start
}

BOOST_AUTO_TEST_CASE(rejected_request_leaves_nothing_and_spoils_no_other) {
  EngineRig rig;
  rig.ask(mail("a"));
  job::Submission bad = link("b");
  bad.hand_over = job::HandOver::None;
  rig.ask(bad);
  rig.inbox->put(Request{"token:tk_1",
                         [](Context& context) {
                           submit(context, mail("c"));
                           throw InputError("link_gone", "requestId", "on second thoughts");
                         },
                         [] { BOOST_ERROR("it was rejected"); }, [](std::exception_ptr) {}});
  rig.ask(mail("d"));
  rig.turn();
  BOOST_TEST(rig.answer("a") == "stored");
  BOOST_TEST(rig.answer("b") == "no_handover");
  BOOST_TEST(!rig.other->find_job("c"));
  BOOST_TEST(rig.answer("d") == "stored");
  BOOST_TEST(rig.workers->calls.size() == 2U);
}

// --- what a large import that ended early has left

BOOST_AUTO_TEST_CASE(row_of_an_import_is_not_taken_before_the_import_is_complete) {
  EngineRig rig;
  std::int64_t import = 0;
  rig.command([&](Context& context) {
    import = context.store.open_import();
    submit(context, mail("a"), import);
  });
  const Wake wake = rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST((wake.wall == rig.begin + minutes(15)));  // it goes stale if nothing more comes
  rig.command([&](Context& context) { context.store.complete_import(import); });
  BOOST_TEST(rig.heart().others_have_written());
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(row_of_a_dead_import_is_adopted_by_the_next_one) {
  EngineRig rig;
  std::int64_t dead = 0, next = 0;
  rig.command([&](Context& context) {
    dead = context.store.open_import();
    submit(context, mail("a"), dead);
    submit(context, mail("b"), dead);
  });
  rig.command([&](Context& context) {
    next = context.store.open_import();
    BOOST_TEST(!submit(context, mail("a"), next).created);
  });
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  rig.command([&](Context& context) { context.store.complete_import(next); });
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  BOOST_TEST(rig.state("b") == "queued");
}

BOOST_AUTO_TEST_CASE(row_of_a_dead_import_is_adopted_by_a_single_request) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a"), context.store.open_import()); });
  rig.ask(mail("a"));
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(row_of_a_dead_import_goes_stale) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a"), context.store.open_import()); });
  rig.clock.advance(minutes(15));
  rig.turn();
  BOOST_TEST(rig.state("a") == "stale");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

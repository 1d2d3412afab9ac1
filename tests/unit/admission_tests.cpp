#include <boost/test/unit_test.hpp>

#include "engine/admission.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "job/gate.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Provider;
using std::chrono::minutes;
using std::chrono::seconds;
using test::accepted;
using test::claimable_link;
using test::EngineRig;
using test::link;
using test::mail;
using test::mailed_link;

// A job of a batch as its submission leaves it.
void store_batch_job(EngineRig& rig, const std::string& request_id, Millis lifetime = minutes(15)) {
  rig.command([&](Context& context) {
    if (!context.store.find_batch("welcome")) {
      store::Batch batch;
      batch.id = "welcome";
      batch.state = store::BatchState::Open;
      context.store.insert_batch(batch);
    }
    context.store.move_in_batch("welcome", std::nullopt, job::State::Queued, context.now.wall);
    const job::Job model = submit(context, mail(request_id + ".model")).job;
    cancel(context, model.request_id, "");
    job::Job job = model;
    job.request_id = request_id;
    job.standing = {};
    job.batch = "welcome";
    job.lifetime = lifetime;
    job.expires_at = job.fresh_until = job.due_at + lifetime;
    job.ready = true;
    ledger::Entry entry;
    entry.type = ledger::EntryType::JobAccepted;
    entry.request_id = request_id;
    job.last_seq = context.store.append(entry);
    context.store.insert_job(job);
  });
}

std::string taken(EngineRig& rig) {
  std::string ids;
  for (const Attempt& call : rig.workers->calls) ids += (ids.empty() ? "" : " ") + call.request_id;
  return ids;
}

void settle(EngineRig& rig) {
  while (rig.turn().at_once) {
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admission_tests)

BOOST_AUTO_TEST_CASE(single_jobs_go_before_batch_jobs_each_by_end_of_freshness_then_age) {
  EngineRig rig;
  rig.command([](Context& context) { pause(context, Provider::Mayar, "to fill the queue"); });
  const auto ask = [&](const std::string& id, Millis lifetime) {
    job::Submission submission = mail(id);
    submission.lifetime = lifetime;
    rig.ask(submission);
  };
  store_batch_job(rig, "batch", minutes(1));
  ask("late", minutes(9));
  ask("soon", minutes(5));
  ask("late-too", minutes(9));
  rig.turn();
  rig.command([](Context& context) { resume(context, Provider::Mayar, ""); });
  rig.turn();
  BOOST_TEST(taken(rig) == "soon late late-too batch");
}

BOOST_AUTO_TEST_CASE(batch_gets_every_tenth_admission) {
  EngineRig rig(
      [](Settings& settings) { settings.of(Provider::Mayar).rate = job::parse_rate("1/s").value(); });
  rig.command([](Context& context) { pause(context, Provider::Mayar, "to fill the queue"); });
  for (int i = 0; i < 30; ++i) rig.ask(mail("single-" + std::to_string(i)));
  rig.turn();
  for (int i = 0; i < 3; ++i) store_batch_job(rig, "batch-" + std::to_string(i));
  rig.command([](Context& context) { resume(context, Provider::Mayar, ""); });
  std::string order;
  for (int i = 0; i < 33; ++i) {
    rig.turn();
    BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
    order += rig.workers->calls.front().request_id.front();
    rig.finish_call(accepted());
    if (i == 14) rig.crash_and_restart();  // the count is kept
    rig.clock.advance(seconds(1));
  }
  BOOST_TEST(order == "sssssssssbsssssssssbsssssssssbsss");
}

BOOST_AUTO_TEST_CASE(batch_has_all_when_nothing_else_waits) {
  EngineRig rig;
  for (int i = 0; i < 5; ++i) store_batch_job(rig, "batch-" + std::to_string(i));
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 5U);
}

BOOST_AUTO_TEST_CASE(one_provider_takes_three_quarters_of_the_workers) {
  EngineRig rig([](Settings& settings) { settings.workers = 8; });
  for (int i = 0; i < 20; ++i) rig.ask(mail("mail-" + std::to_string(i)));
  const Wake wake = rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 6U);
  BOOST_TEST(!wake.at_once);
  std::vector<std::shared_ptr<handover::ReplyDesk::Place>> places;
  for (int i = 0; i < 20; ++i) {
    const std::string id = "link-" + std::to_string(i);
    places.push_back(rig.desk->open(id));
    rig.ask(link(id));
  }
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 8U);
  rig.finish_call(accepted());
  rig.turn();  // the place of a mail goes to either, and no more than there are
  BOOST_TEST(rig.workers->calls.size() == 8U);
}

BOOST_AUTO_TEST_CASE(share_is_never_nothing_and_never_more_than_what_is_idle) {
  BOOST_TEST((Capacity{1, 1, {}}.room(Provider::Mayar)) == 1);
  BOOST_TEST((Capacity{2, 2, {}}.room(Provider::Mayar)) == 1);
  BOOST_TEST((Capacity{64, 64, {}}.room(Provider::Mayar)) == 48);
  BOOST_TEST((Capacity{64, 5, {40, 19}}.room(Provider::Mayar)) == 5);
  BOOST_TEST((Capacity{64, 20, {44, 0}}.room(Provider::Mayar)) == 4);
  BOOST_TEST((Capacity{64, 20, {44, 0}}.room(Provider::Nomos)) == 20);
  BOOST_TEST((Capacity{4, 1, {4, 0}}.room(Provider::Mayar)) == 0);
}

BOOST_AUTO_TEST_CASE(subject_has_one_running_job) {
  EngineRig rig;
  for (int i = 0; i < 3; ++i) rig.ask(mail("budi-" + std::to_string(i), "budi@example.com"));
  rig.ask(mail("siti", "siti@example.com"));
  settle(rig);
  BOOST_TEST(taken(rig) == "budi-0 siti");
  rig.finish_call(accepted());
  settle(rig);
  BOOST_TEST(taken(rig) == "siti budi-1");
}

BOOST_AUTO_TEST_CASE(jobs_of_one_subject_in_front_do_not_hide_the_others) {
  EngineRig rig([](Settings& settings) { settings.workers = 4; });
  for (int i = 0; i < 10; ++i) rig.ask(mail("budi-" + std::to_string(i), "budi@example.com"));
  rig.ask(mail("siti", "siti@example.com"));
  settle(rig);
  BOOST_TEST(taken(rig) == "budi-0 siti");
}

BOOST_AUTO_TEST_CASE(gate_lets_go_what_the_rate_says_across_a_restart) {
  EngineRig rig(
      [](Settings& settings) { settings.of(Provider::Mayar).rate = job::parse_rate("20/min").value(); });
  for (int i = 0; i < 3; ++i) rig.ask(mail("mail-" + std::to_string(i)));
  Wake wake = rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
  BOOST_TEST((wake.wall == rig.begin + seconds(3)));
  BOOST_TEST(!wake.at_once);
  rig.finish_call(accepted());
  rig.turn();
  rig.crash_and_restart();
  rig.clock.advance(seconds(3) - Millis(1));
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  rig.clock.advance(Millis(1));
  wake = rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
  BOOST_TEST((wake.wall == rig.begin + seconds(6)));
}

BOOST_AUTO_TEST_CASE(burst_is_spent_by_those_who_go_together) {
  EngineRig rig([](Settings& settings) {
    settings.of(Provider::Mayar).rate = job::parse_rate("20/min").value();
    settings.of(Provider::Mayar).rate.burst = 4;
  });
  for (int i = 0; i < 9; ++i) rig.ask(mail("mail-" + std::to_string(i)));
  const Wake wake = rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 4U);
  BOOST_TEST((wake.wall == rig.begin + seconds(3)));
  rig.clock.advance(seconds(3));
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 5U);
}

BOOST_AUTO_TEST_CASE(closed_gate_wakes_nobody_when_nothing_waits_behind_it) {
  EngineRig rig(
      [](Settings& settings) { settings.of(Provider::Mayar).rate = job::parse_rate("1/h").value(); });
  rig.start(mail("a"));
  rig.finish_call(accepted());
  const Wake wake = rig.turn();
  BOOST_TEST(!wake.wall);
  BOOST_TEST(!wake.boot);
}

BOOST_AUTO_TEST_CASE(job_that_nobody_waits_for_costs_no_admission) {
  EngineRig rig(
      [](Settings& settings) { settings.of(Provider::Nomos).rate = job::parse_rate("1/s").value(); });
  rig.ask(link("nobody"));
  const auto place = rig.desk->open("somebody");
  rig.ask(link("somebody"));
  settle(rig);
  BOOST_TEST(rig.end("nobody") == "cancelled caller_gone");
  BOOST_TEST(taken(rig) == "somebody");
}

// A mailed link's address is asked for before the mint.
BOOST_AUTO_TEST_CASE(mailed_link_costs_two_calls_at_the_gate) {
  for (const bool verify : {true, false}) {
    EngineRig rig([verify](Settings& settings) {
      settings.of(Provider::Nomos).rate = job::parse_rate("20/min").value();
      settings.mails = true;
      settings.verify_address = verify;
    });
    rig.ask(mailed_link("a", "budi@example.com"));
    rig.ask(claimable_link("b"));
    Wake wake = rig.turn();
    BOOST_TEST(taken(rig) == "a");
    BOOST_TEST((wake.wall == rig.begin + seconds(verify ? 6 : 3)));
    rig.clock.advance(seconds(verify ? 6 : 3) - Millis(1));
    rig.turn();
    BOOST_TEST(taken(rig) == "a");
    rig.clock.advance(Millis(1));
    wake = rig.turn();
    BOOST_TEST(taken(rig) == "a b");
  }
}

BOOST_AUTO_TEST_CASE(burst_is_spent_two_by_two_by_mailed_links) {
  EngineRig rig([](Settings& settings) {
    settings.of(Provider::Nomos).rate = job::parse_rate("20/min").value();
    settings.of(Provider::Nomos).rate.burst = 5;
    settings.mails = true;
  });
  for (const char* id : {"a", "b", "c", "d"}) rig.ask(mailed_link(id, "budi@example.com"));
  Wake wake = rig.turn();
  BOOST_TEST(taken(rig) == "a b c");  // five calls are free, and half a job is none
  BOOST_TEST((wake.wall == rig.begin + seconds(6)));
  rig.clock.advance(seconds(6));
  rig.turn();
  BOOST_TEST(taken(rig) == "a b c d");
}

BOOST_AUTO_TEST_CASE(mailed_links_take_every_idle_worker_when_there_is_no_limit) {
  EngineRig rig([](Settings& settings) {
    settings.mails = true;
    settings.workers = 8;
  });
  for (int i = 0; i < 10; ++i) rig.ask(mailed_link("mail-" + std::to_string(i), "budi@example.com"));
  settle(rig);
  BOOST_TEST(rig.workers->calls.size() == 6U);
}

// The configuration has changed since it was stored.
BOOST_AUTO_TEST_CASE(mailed_link_fails_where_no_mail_can_be_sent_any_more) {
  EngineRig rig([](Settings& settings) { settings.mails = true; });
  job::Submission later = mailed_link("a", "budi@example.com");
  later.at = rig.begin + minutes(1);
  rig.ask(later);
  rig.turn();
  rig.settings.mails = false;
  rig.crash_and_restart();
  rig.clock.advance(minutes(1));
  rig.ask(claimable_link("b"));
  settle(rig);
  BOOST_TEST(rig.end("a") == "failed smtp_deferred");
  BOOST_TEST(rig.story("a") == "job.accepted job.failed");
  BOOST_TEST(taken(rig) == "b");
}

BOOST_AUTO_TEST_CASE(provider_that_is_off_gets_no_call) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a")); });
  rig.settings.of(Provider::Mayar).on = false;
  rig.crash_and_restart();
  const Wake wake = rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST((wake.wall == rig.begin + minutes(15)));
}

BOOST_AUTO_TEST_CASE(attempt_carries_what_its_worker_needs) {
  EngineRig rig;
  rig.clock.advance(minutes(2));
  job::Submission submission = mail("a", "budi@example.com");
  submission.recipient.address = "Budi@Example.com";
  submission.at = rig.begin;
  const Attempt attempt = rig.start(submission);
  BOOST_TEST(attempt.number == 1);
  BOOST_TEST(attempt.address == "Budi@Example.com");
  BOOST_TEST((attempt.intent.wall == rig.clock.now().wall));
  BOOST_TEST((attempt.fresh_until == rig.begin + minutes(15)));
  BOOST_TEST((attempt.boot_fresh_until == rig.clock.now().boot + minutes(13)));
  BOOST_TEST((attempt.boot_deadline == rig.clock.now().boot + rig.settings.of(Provider::Mayar).deadline));
}

BOOST_AUTO_TEST_CASE(job_is_not_taken_in_the_millisecond_in_which_it_goes_stale) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a")); });
  rig.clock.advance(minutes(15));
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  BOOST_TEST(rig.state("a") == "stale");
}

BOOST_AUTO_TEST_CASE(job_is_taken_in_its_last_fresh_millisecond) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a")); });
  rig.clock.advance(minutes(15) - Millis(1));
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

// Batches while they run: paused, resumed, cancelled, finished.
#include <boost/test/unit_test.hpp>

#include "engine/batches.h"
#include "engine/operations.h"
#include "support/run_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using ledger::EntryType;
using std::chrono::minutes;
using std::chrono::seconds;
using store::BatchState;
using test::people;
using test::RunRig;
using test::welcome;

std::string code_of_action(RunRig& rig, const std::function<void(Context&)>& action) {
  try {
    rig.command(action);
  } catch (const InputError& error) {
    return error.code();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batches_tests)

BOOST_AUTO_TEST_CASE(paused_batch_is_not_taken_goes_stale_and_moves_no_time) {
  RunRig rig;
  job::Definition definition = welcome();
  definition.lifetime = minutes(1);
  const auto run = rig.submit(definition, people(40));  // for 130 seconds
  const auto planned = rig.jobs(run.batch.id);
  rig.command([&](Context& context) {
    const PauseOutlook outlook = pause_batch(context, run.batch.id, "look at it first");
    BOOST_TEST(outlook.queued == 40);
    BOOST_TEST((outlook.first_stale == rig.begin + minutes(1)));
    BOOST_TEST((outlook.last_stale == planned.back().expires_at));
  });
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  rig.clock.advance(minutes(2));
  rig.turn();
  BOOST_TEST(rig.workers->calls.empty());
  const auto counts = rig.other->batch_counts(run.batch.id);
  BOOST_TEST(counts.stale > 0);
  BOOST_TEST(counts.queued > 0);
  rig.command([&](Context& context) { resume_batch(context, run.batch.id, "it was right"); });
  const auto now = rig.jobs(run.batch.id);
  for (std::size_t i = 0; i < now.size(); ++i) BOOST_REQUIRE((now[i].due_at == planned[i].due_at));
  rig.drain();
  const auto end = rig.other->batch_counts(run.batch.id);
  BOOST_TEST(end.stale == counts.stale);
  BOOST_TEST(end.done == 40 - counts.stale);
  BOOST_TEST(rig.entries(EntryType::BatchPaused).size() == 1U);
  BOOST_TEST(rig.entries(EntryType::BatchResumed).size() == 1U);
}

BOOST_AUTO_TEST_CASE(cancelled_batch_ends_what_is_queued_and_lets_a_call_finish) {
  RunRig rig;
  const auto run = rig.submit(welcome(), people(10));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.workers->calls.size(), 1U);
  rig.command([&](Context& context) { cancel_batch(context, run.batch.id, "wrong list"); });
  rig.clock.advance(seconds(10));
  rig.turn();  // settles it, and takes nothing
  BOOST_TEST(rig.workers->calls.size() == 1U);
  BOOST_TEST(rig.counts(run.batch.id) == "1 running 9 cancelled");
  BOOST_TEST(rig.entries(EntryType::BatchFinished).empty());
  rig.finish_call(test::ended(Outcome::Rejected, Code::ProviderError, 500));
  rig.turn();
  BOOST_TEST(rig.counts(run.batch.id) == "10 cancelled");  // no further attempt
  BOOST_TEST(rig.entries(EntryType::BatchFinished).size() == 1U);
  BOOST_TEST((rig.other->find_batch(run.batch.id)->state == BatchState::Cancelled));
  BOOST_TEST(rig.entries(EntryType::JobCancelled).size() == 10U);
}

BOOST_AUTO_TEST_CASE(held_job_keeps_its_batch_open_until_a_person_decides) {
  RunRig rig;
  const auto run = rig.submit(welcome(), people(1));
  rig.turn();
  rig.finish_call(test::ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  BOOST_TEST(rig.counts(run.batch.id) == "1 held");
  BOOST_TEST(rig.entries(EntryType::BatchFinished).empty());
  rig.command([&](Context& context) { close(context, run.batch.id + "-1", true, "the customer has it"); });
  BOOST_TEST(rig.counts(run.batch.id) == "1 done");
  BOOST_TEST(rig.entries(EntryType::BatchFinished).size() == 1U);
}

BOOST_AUTO_TEST_CASE(end_is_told_to_those_who_ask_and_to_the_one_that_the_definition_names) {
  RunRig rig([](Settings& with) {
    with.webhooks = {{"all", {handover::EventType::BatchFinished}, seconds(30)},
                     {"named", {}, seconds(30)},
                     {"other", {handover::EventType::JobHeld}, seconds(30)}};
  });
  job::Definition definition = welcome();
  definition.on_complete = "named";
  const auto run = rig.submit(definition, people(2));
  rig.drain();
  std::string told;
  std::string body;
  rig.other->each_event([&](const store::Event& event) {
    told += event.endpoint + " ";
    body = event.body;
    return true;
  });
  BOOST_TEST(told == "all named ");
  BOOST_TEST(body.find("\"type\":\"batch.finished\"") != std::string::npos);
  BOOST_TEST(body.find("\"done\":2") != std::string::npos);
  BOOST_TEST(body.find("example.com") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(retry_policy_is_the_definitions) {
  RunRig rig;
  job::Definition definition = welcome();
  definition.retry.attempts = 1;
  const auto run = rig.submit(definition, people(1));
  rig.drain(test::ended(Outcome::Rejected, Code::ProviderError, 500));
  BOOST_TEST(rig.end(run.batch.id + "-1") == "failed attempts_exhausted");
  BOOST_TEST(rig.job_of(run.batch.id + "-1").attempts == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_says_so) {
  RunRig rig;
  const std::string id = rig.submit(welcome(), people(1)).batch.id;
  BOOST_TEST(code_of_action(rig, [](Context& context) { pause_batch(context, "none", "why"); }) ==
             "not_found");
  BOOST_TEST(code_of_action(rig, [&](Context& context) { resume_batch(context, id, "why"); }) ==
             "wrong_state");
  BOOST_TEST(code_of_action(rig, [&](Context& context) { cancel_batch(context, id, "a@b"); }) ==
             "invalid_request");
  rig.drain();
  BOOST_TEST(code_of_action(rig, [&](Context& context) { cancel_batch(context, id, "late"); }) ==
             "wrong_state");
}

// The counts are kept with the entries: every job is in one of them at every step.
BOOST_AUTO_TEST_CASE(counts_agree_with_the_jobs_at_every_step) {
  RunRig rig;
  job::Definition definition = welcome();
  definition.lifetime = minutes(1);
  const auto run = rig.submit(definition, people(30));
  for (int step = 0; step < 400; ++step) {
    rig.turn();
    if (!rig.workers->calls.empty()) {
      const auto roll = rig.random.below(4);
      rig.finish_call(roll == 0   ? test::ended(Outcome::Unknown, Code::Timeout)
                      : roll == 1 ? test::ended(Outcome::Rejected, Code::ProviderError, 500)
                      : roll == 2 ? test::ended(Outcome::Rejected, Code::EmailNotRegistered, 404)
                                  : test::accepted());
    }
    rig.clock.advance(seconds(1));
    std::map<std::string, std::int64_t> states;
    for (const job::Job& job : rig.jobs(run.batch.id)) ++states[std::string(name(job.standing.state))];
    std::string text;
    for (const char* state : {"queued", "running", "done", "failed", "stale", "held", "cancelled"}) {
      if (states[state] > 0) text += (text.empty() ? "" : " ") + std::to_string(states[state]) + " " + state;
    }
    BOOST_REQUIRE_EQUAL(rig.counts(run.batch.id), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

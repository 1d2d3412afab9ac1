#include <boost/test/unit_test.hpp>
#include <set>

#include "engine/operations.h"
#include "engine/record.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using handover::EventType;
using job::Code;
using job::Outcome;
using ledger::EntryType;
using test::EngineRig;
using test::mail;

ledger::Entry entry_of(EntryType type, std::optional<job::Outcome> outcome = std::nullopt) {
  ledger::Entry entry;
  entry.type = type;
  entry.outcome = outcome;
  if (type == EntryType::AttemptIntent || type == EntryType::AttemptResult) entry.attempt = 1;
  return entry;
}

std::vector<store::Event> events(EngineRig& rig) {
  std::vector<store::Event> all;
  rig.other->each_event([&](const store::Event& event) {
    all.push_back(event);
    return true;
  });
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_tests)

BOOST_AUTO_TEST_CASE(entry_carries_the_jobs_ids_and_its_link_back) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a")); });
  job::Job job = rig.job_of("a");
  job.batch = "welcome";
  const std::int64_t accepted = job.last_seq;
  rig.command([&](Context& context) {
    store::Batch batch;
    batch.id = "welcome";
    context.store.insert_batch(batch);
    BOOST_TEST(record(context, job, entry_of(EntryType::AttemptIntent)) == accepted + 1);
  });
  const auto entry = rig.entries(EntryType::AttemptIntent).front();
  BOOST_TEST(entry.request_id.value() == "a");
  BOOST_TEST(entry.subject.value() == job.subject);
  BOOST_TEST((entry.provider == job::Provider::Mayar));
  BOOST_TEST(entry.prev.value() == accepted);
  BOOST_TEST(entry.batch.value() == "welcome");
  BOOST_TEST(job.last_seq == accepted + 1);
  BOOST_TEST((job.standing.step == job::Step::Calling));
  BOOST_TEST(!job.ready);
  BOOST_TEST(!job.finished_at);
}

BOOST_AUTO_TEST_CASE(end_of_a_job_is_the_time_of_the_entry_that_ended_it) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a")); });
  job::Job job = rig.job_of("a");
  rig.clock.advance(Millis(700));
  rig.command([&](Context& context) { record(context, job, entry_of(EntryType::JobCancelled)); });
  BOOST_TEST((job.finished_at == rig.begin + Millis(700)));
  rig.clock.advance(Millis(700));
  rig.command([&](Context& context) {
    record(context, job, entry_of(EntryType::AttemptLate, job::Outcome::Accepted));
  });
  BOOST_TEST((job.finished_at == rig.begin + Millis(700)));
}

// The rule by which `audit verify` checks them, too (ledger/job_traces.cpp).
BOOST_AUTO_TEST_CASE(outcome_and_code_are_those_of_the_latest_end) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, test::claimable_link("a")); });
  job::Job job = rig.job_of("a");
  job.hand_over = job::HandOver::Email;
  const auto after = [&](EntryType type, std::optional<Outcome> outcome, std::optional<Code> code) {
    ledger::Entry entry = entry_of(type, outcome);
    entry.code = code;
    rig.command([&](Context& context) { record(context, job, std::move(entry)); });
    return std::string(job.outcome ? name(*job.outcome) : "-") + " " +
           std::string(job.code ? name(*job.code) : "-");
  };
  BOOST_TEST(after(EntryType::AttemptIntent, std::nullopt, std::nullopt) == "- -");
  BOOST_TEST(after(EntryType::AttemptResult, Outcome::NotSent, Code::Connect) == "not_sent connect");
  BOOST_TEST(after(EntryType::AttemptIntent, std::nullopt, std::nullopt) == "not_sent connect");
  BOOST_TEST(after(EntryType::AttemptLate, Outcome::Rejected, Code::CustomerNotFound) == "not_sent connect");
  BOOST_TEST(after(EntryType::AttemptResult, Outcome::Accepted, std::nullopt) == "accepted -");
  BOOST_TEST(after(EntryType::HandoverIntent, std::nullopt, std::nullopt) == "accepted -");
  BOOST_TEST(after(EntryType::HandoverResult, Outcome::NotSent, Code::SmtpDeferred) ==
             "not_sent smtp_deferred");
  BOOST_TEST(after(EntryType::HandoverIntent, std::nullopt, std::nullopt) == "not_sent smtp_deferred");
  BOOST_TEST(after(EntryType::HandoverResult, Outcome::Accepted, std::nullopt) == "accepted -");
  BOOST_TEST((job.standing.state == job::State::Done));
}

BOOST_AUTO_TEST_CASE(each_endpoint_is_told_once_of_a_state_that_it_wants_to_hear_of) {
  EngineRig rig([](Settings& settings) {
    settings.webhooks = {{"all", {EventType::JobDone, EventType::JobHeld, EventType::JobFailed}},
                         {"held", {EventType::JobHeld}},
                         {"none", {}}};
  });
  rig.command([](Context& context) { submit(context, mail("a")); });
  job::Job job = rig.job_of("a");
  const auto told = [&](ledger::Entry entry) {
    std::int64_t before = 0;
    for (const store::Event& event : events(rig)) before = event.id;
    rig.clock.advance(Millis(5));
    rig.command([&](Context& context) { record(context, job, std::move(entry)); });
    std::string names;
    std::set<std::string> messages;
    for (const store::Event& event : events(rig)) {
      if (event.id <= before) continue;
      names += event.endpoint + " ";
      messages.insert(event.message);
      BOOST_TEST((event.next_at == rig.clock.now().wall));
      BOOST_TEST((event.created_at == rig.clock.now().wall));
      BOOST_TEST(event.tries == 0);
      BOOST_TEST(event.error == "");
      BOOST_TEST(event.message.starts_with("msg_"));
      const auto type = handover::event_of(job.standing.state);
      BOOST_TEST(event.body == handover::event_body(type.value(), job, rig.clock.now().wall));
    }
    BOOST_TEST(messages.size() <= 1U);  // one event, whoever is told of it
    return names;
  };
  BOOST_TEST(told(entry_of(EntryType::AttemptIntent)) == "");
  BOOST_TEST(told(entry_of(EntryType::AttemptResult, Outcome::Unknown)) == "");
  BOOST_TEST(told(entry_of(EntryType::JobHeld)) == "all held ");
  BOOST_TEST(told(entry_of(EntryType::AttemptLate, Outcome::Rejected)) == "");  // changes nothing
  BOOST_TEST(told(entry_of(EntryType::JobReleased)) == "");
  BOOST_TEST(told(entry_of(EntryType::AttemptIntent)) == "");
  BOOST_TEST(told(entry_of(EntryType::AttemptResult, Outcome::Unknown)) == "");
  BOOST_TEST(told(entry_of(EntryType::JobHeld)) == "all held ");  // held again: told again
  BOOST_TEST(told(entry_of(EntryType::JobClosed, Outcome::Accepted)) == "all ");
  BOOST_TEST(told(entry_of(EntryType::AttemptLate, Outcome::Accepted)) == "");
  std::set<std::string> messages;
  for (const store::Event& event : events(rig)) messages.insert(event.message);
  BOOST_TEST(messages.size() == 3U);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_of_what_was_undone) {
  EngineRig rig([](Settings& settings) { settings.webhooks = {{"crm", {EventType::JobCancelled}}}; });
  job::Submission later = mail("a");
  later.at = rig.begin + std::chrono::hours(1);
  rig.command([&](Context& context) { submit(context, later); });
  rig.inbox->put(Request{"token:tk_1",
                         [](Context& context) {
                           cancel(context, "a", "");
                           throw InputError("invalid_request", "", "on second thoughts");
                         },
                         [] {}, [](std::exception_ptr) {}});
  rig.turn();
  BOOST_TEST(events(rig).empty());
  rig.command([](Context& context) { cancel(context, "a", ""); });
  BOOST_TEST(events(rig).size() == 1U);
  BOOST_TEST(events(rig).front().endpoint == "crm");
}

BOOST_AUTO_TEST_CASE(job_that_is_stale_when_it_is_stored_is_told_of) {
  EngineRig rig([](Settings& settings) { settings.webhooks = {{"crm", {EventType::JobStale}}}; });
  job::Submission submission = mail("a");
  submission.at = rig.begin - std::chrono::hours(1);
  rig.command([&](Context& context) { submit(context, submission); });
  BOOST_TEST(events(rig).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

// Runs of a definition: what is planned, what is stored, and that nothing is sent of what was not completed.
#include <boost/test/unit_test.hpp>

#include "engine/run.h"
#include "support/run_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::State;
using ledger::EntryType;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::BatchState;
using test::people;
using test::RunRig;
using test::welcome;

// Every reading is a millisecond later, so that long work takes time.
class TickingClock final : public Clock {
 public:
  explicit TickingClock(Clock& inner) : inner_(inner) {}
  Instant now() override {
    Instant now = inner_.now();
    now.boot += Millis(++ticks_);
    return now;
  }

 private:
  Clock& inner_;
  int ticks_ = 0;
};

std::string code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.code();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_tests)

BOOST_AUTO_TEST_CASE(plan_counts_and_writes_nothing) {
  RunRig rig;
  const auto before = rig.entries();
  const RunPlan plan =
      rig.plan(welcome(), "email\na@example.com\nnobody\nA@Example.com\na@example.com\nb@example.com\n");
  BOOST_TEST(plan.rows == 5);
  BOOST_TEST(plan.jobs == 2);
  BOOST_TEST(plan.broken == 1);
  BOOST_TEST(plan.errors.at(0).line == 3);
  BOOST_TEST(plan.skipped.at(Code::Duplicate) == 2);
  BOOST_TEST((plan.first_due == rig.begin));
  BOOST_TEST(
      (*plan.last_due - *plan.first_due == Millis(3'334)));  // 3 s and the tenth that is left to others
  BOOST_TEST(rig.entries() == before);
}

BOOST_AUTO_TEST_CASE(submitted_run_is_spread_fixed_and_told) {
  RunRig rig;
  const SubmittedRun run = rig.submit(welcome(), people(5));
  BOOST_TEST(run.created);
  BOOST_TEST((run.batch.state == BatchState::Open));
  BOOST_TEST(rig.counts(run.batch.id) == "5 queued");
  const auto jobs = rig.jobs(run.batch.id);
  BOOST_REQUIRE_EQUAL(jobs.size(), 5U);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    BOOST_TEST(jobs[i].request_id == run.batch.id + "-" + std::to_string(i + 1));
    BOOST_TEST(jobs[i].batch == run.batch.id);
    if (i > 0) BOOST_TEST((jobs[i].due_at - jobs[i - 1].due_at >= seconds(3)));
  }
  const auto told = rig.entries(EntryType::BatchSubmitted);
  BOOST_REQUIRE_EQUAL(told.size(), 1U);
  BOOST_TEST(told[0].batch.value() == run.batch.id);
  BOOST_TEST(told[0].definition.value() == "welcome");
  BOOST_TEST(told[0].count.value() == 5);
  BOOST_TEST(told[0].actor == "uid:7");
  rig.drain();
  BOOST_TEST(rig.counts(run.batch.id) == "5 done");
  BOOST_TEST((rig.other->find_batch(run.batch.id)->state == BatchState::Finished));
  BOOST_TEST(rig.entries(EntryType::BatchFinished).size() == 1U);
}

BOOST_AUTO_TEST_CASE(same_run_again_does_nothing_and_names_its_batch) {
  RunRig rig;
  const SubmittedRun first = rig.submit(welcome(), people(3));
  const auto before = rig.entries();
  const SubmittedRun again = rig.submit(welcome(), people(3));
  BOOST_TEST(!again.created);
  BOOST_TEST(again.batch.id == first.batch.id);
  BOOST_TEST(rig.entries() == before);
}

BOOST_AUTO_TEST_CASE(again_takes_a_reason_and_still_keeps_the_interval) {
  RunRig rig;
  job::Definition definition = welcome();
  rig.submit(definition, people(3));
  rig.drain();
  const SubmittedRun soon = rig.submit(definition, people(3), "half of them lost it");
  BOOST_TEST(soon.created);
  BOOST_TEST(soon.plan.jobs == 0);
  BOOST_TEST(soon.plan.skipped.at(Code::MinInterval) == 3);
  BOOST_TEST((soon.batch.state == BatchState::Finished));  // nothing is left to be waited for
  rig.clock.advance(hours(2));
  const SubmittedRun later = rig.submit(definition, people(3), "half of them lost it");
  BOOST_TEST(later.plan.jobs == 3);
  BOOST_TEST(later.batch.reason == "half of them lost it");
  BOOST_TEST(later.batch.id != soon.batch.id);
}

BOOST_AUTO_TEST_CASE(who_was_written_to_by_an_earlier_run_is_left_out) {
  RunRig rig;
  job::Definition definition = welcome();
  definition.min_interval = Millis(0);
  rig.submit(definition, people(3));
  rig.drain();
  const SubmittedRun second = rig.submit(definition, people(5));
  BOOST_TEST(second.plan.jobs == 2);
  BOOST_TEST(second.plan.skipped.at(Code::AlreadySent) == 3);
  const auto skipped = rig.entries(EntryType::RecipientSkipped);
  BOOST_REQUIRE_EQUAL(skipped.size(), 3U);
  BOOST_TEST((skipped[0].code == Code::AlreadySent));
  BOOST_TEST(skipped[0].subject.has_value());
  BOOST_TEST(skipped[0].batch.value() == second.batch.id);
  definition.recipients.repeat = true;
  rig.drain();
  BOOST_TEST(rig.submit(definition, people(6)).plan.jobs == 6);
}

// A wrong mass mailing that was cancelled in time must not keep the right one back.
BOOST_AUTO_TEST_CASE(what_was_never_sent_keeps_nobody_back) {
  RunRig rig;
  const auto first = rig.submit(welcome(), people(4));
  rig.command([&](Context& context) {
    store::Batch batch = cancel_batch(context, first.batch.id, "wrong list");
    while (settle_batch(context, batch, 2)) {
    }
  });
  BOOST_TEST(rig.counts(first.batch.id) == "4 cancelled");
  BOOST_TEST(rig.submit(welcome(), people(5)).plan.jobs == 5);
}

BOOST_AUTO_TEST_CASE(broken_rows_refuse_the_run_or_are_skipped) {
  RunRig rig;
  const std::string recipients = "email\na@example.com\nnobody\n";
  const auto before = rig.entries();
  BOOST_TEST(code_of([&] { rig.submit(welcome(), recipients); }) == "invalid_request");
  BOOST_TEST(rig.entries() == before);
  job::Definition tolerant = welcome();
  tolerant.recipients.skip_broken = true;
  const auto run = rig.submit(tolerant, recipients);
  BOOST_TEST(run.plan.jobs == 1);
  BOOST_TEST(run.plan.broken == 1);
}

BOOST_AUTO_TEST_CASE(times_of_their_own_are_refused) {
  RunRig rig;
  const RunPlan plan = rig.plan(welcome(), "email,at\na@example.com,2030-01-01T00:00:00Z\n");
  BOOST_TEST(plan.broken == 1);
  BOOST_TEST(plan.errors.at(0).field == "at");
}

BOOST_AUTO_TEST_CASE(columns_are_mapped) {
  RunRig rig;
  job::Definition definition = welcome();
  definition.recipients.columns = {{"email", "E-Mail"}};
  BOOST_TEST(rig.plan(definition, "Name,E-Mail\nA,a@example.com\n").jobs == 1);
  BOOST_TEST(code_of([&] { rig.plan(definition, "email\na@example.com\n"); }) == "invalid_request");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_into_the_window_moves_to_the_next_day) {
  RunRig rig;
  job::Definition definition = welcome();
  const auto utc = *TimeZone::named("UTC");
  const LocalTime now = utc.local(rig.begin);
  const std::chrono::minutes from(now.hour * 60 + now.minute);
  BOOST_REQUIRE(from.count() < 23 * 60);
  definition.window.emplace(utc, *job::parse_weekdays("MON-SUN"), from, from + minutes(10));
  const RunPlan plan = rig.plan(definition, people(400));  // 18 a minute, 180 in each window
  BOOST_TEST(plan.days.size() == 3U);
  BOOST_TEST((*plan.last_due - *plan.first_due > hours(48)));
  for (const auto& [day, jobs] : plan.days) BOOST_TEST(jobs <= 181);
}

BOOST_AUTO_TEST_CASE(a_run_that_lasts_too_long_is_refused) {
  RunRig rig;
  job::Definition definition = welcome();
  definition.pace.within = minutes(10);
  BOOST_TEST(code_of([&] { rig.submit(definition, people(200)); }) == "invalid_request");
  BOOST_TEST(code_of([&] { rig.submit(definition, people(150)); }) == "");
}

// The limit makes none of them stale, whatever else is queued.
BOOST_AUTO_TEST_CASE(batches_and_single_jobs_share_the_limit_and_none_goes_stale) {
  RunRig rig;
  job::Definition definition = welcome();
  definition.lifetime = minutes(5);
  const auto first = rig.submit(definition, people(300));
  definition.name = "second";
  const auto second = rig.submit(definition, people(40, 1000));
  // Much fewer than the first has: they go into its margin, not behind it.
  BOOST_TEST((second.plan.last_due < first.plan.last_due));
  for (int i = 0; i < 20; ++i) rig.ask(test::mail("single-" + std::to_string(i)));
  rig.drain();
  BOOST_TEST(rig.counts(first.batch.id) == "300 done");
  BOOST_TEST(rig.counts(second.batch.id) == "40 done");
}

BOOST_AUTO_TEST_CASE(large_run_lets_others_write_and_is_taken_only_when_complete) {
  RunRig rig;
  TickingClock clock(rig.clock);
  ImportParts parts{*rig.other, clock, rig.random, rig.settings, "uid:7", {}, {}};
  int pauses = 0;
  parts.let_others_write = [&] {
    ++pauses;
    rig.turn();
    BOOST_REQUIRE(rig.workers->calls.empty());
  };
  const std::string recipients = people(1200);
  const job::Definition definition = welcome();
  const Run run{definition, "", rig.begin, "",
                [&] { return std::make_unique<std::istringstream>(recipients); }};
  const SubmittedRun done = submit_run(parts, run);
  BOOST_TEST(pauses > 10);
  BOOST_TEST(done.plan.jobs == 1200);
  rig.turn();
  BOOST_TEST(rig.workers->calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(run_that_ends_early_is_cancelled_and_can_be_submitted_anew) {
  RunRig rig;
  TickingClock clock(rig.clock);
  ImportParts parts{*rig.other, clock, rig.random, rig.settings, "uid:7", {}, {}};
  int pauses = 0;
  parts.let_others_write = [&] {
    if (++pauses == 5) throw Error("interrupted");
  };
  const std::string recipients = people(1200);
  const job::Definition definition = welcome();
  const Run run{definition, "", rig.begin, "",
                [&] { return std::make_unique<std::istringstream>(recipients); }};
  BOOST_CHECK_THROW(submit_run(parts, run), Error);
  BOOST_TEST(rig.entries(EntryType::BatchSubmitted).empty());
  BOOST_TEST(rig.entries(EntryType::BatchCancelled).size() == 1U);
  std::string abandoned;
  rig.other->each_batch({}, [&](const store::Batch& batch) {
    abandoned = batch.id;
    BOOST_TEST((batch.state == BatchState::Abandoned));
    return true;
  });
  for (const job::Job& job : rig.jobs(abandoned)) BOOST_REQUIRE((job.standing.state == State::Cancelled));
  const SubmittedRun done = rig.submit(definition, recipients);
  BOOST_TEST(done.created);
  BOOST_TEST(done.batch.id != abandoned);
  BOOST_TEST(rig.counts(done.batch.id) == "1200 queued");
}

// kill -9: nobody cleans up but the turn, once the submission's lease is over.
BOOST_AUTO_TEST_CASE(run_whose_submitter_died_is_cancelled_by_the_turn) {
  RunRig rig;
  TickingClock clock(rig.clock);
  ImportParts parts{*rig.other, clock, rig.random, rig.settings, "uid:7", {}, {}};
  int pauses = 0;
  struct Death {};
  parts.let_others_write = [&] {
    if (++pauses >= 5) throw Death{};  // also while it cleans up
  };
  const std::string recipients = people(2500);
  const job::Definition definition = welcome();
  const Run run{definition, "", rig.begin, "",
                [&] { return std::make_unique<std::istringstream>(recipients); }};
  BOOST_CHECK_THROW(submit_run(parts, run), Death);
  for (int i = 0; i < 10; ++i) rig.turn();
  std::string abandoned;
  rig.other->each_batch({}, [&](const store::Batch& batch) {
    abandoned = batch.id;
    return true;
  });
  BOOST_TEST(rig.other->batch_counts(abandoned).open() == 0);
  BOOST_TEST(rig.workers->calls.empty());
}

BOOST_AUTO_TEST_CASE(file_that_changes_while_it_is_read_is_not_sent) {
  RunRig rig;
  int opened = 0;
  const job::Definition definition = welcome();
  const Run run{definition, "", rig.begin, "",
                [&] { return std::make_unique<std::istringstream>(people(3 + opened++)); }};
  BOOST_TEST(code_of([&] { submit_run(rig.parts, run); }) == "invalid_request");
  BOOST_TEST(rig.entries(EntryType::JobAccepted).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "base/json.h"
#include "engine/erasure.h"
#include "engine/operations.h"
#include "engine/preview.h"
#include "engine/reprocess.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using job::State;
using ledger::EntryType;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::EngineRig;
using test::mail;

const std::vector<Secret>& reprocess_keys() {
  static const std::vector<Secret> keys = [] {
    std::vector<Secret> made;
    made.emplace_back(std::string(32, 'n'));
    return made;
  }();
  return keys;
}

void one_try(Settings& settings) {
  settings.retry.attempts = 1;
  settings.fingerprint_keys = reprocess_keys;
}

// The job's call ends with this.
void end_job(EngineRig& rig, const job::Submission& submission, Outcome outcome, Code code) {
  rig.finish_call(rig.start(submission), test::ended(outcome, code));
  rig.turn();
}
void fail(EngineRig& rig, const std::string& id, const std::string& email = "",
          Code code = Code::ProviderError) {
  end_job(rig, mail(id, email), Outcome::Rejected, code);
  BOOST_REQUIRE_EQUAL(rig.state(id), "failed");
}
void finish(EngineRig& rig, const std::string& id, const std::string& email) {
  rig.finish_call(rig.start(mail(id, email)), test::accepted());
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.state(id), "done");
}
void hold_one(EngineRig& rig, const std::string& id, const std::string& email = "") {
  end_job(rig, mail(id, email), Outcome::Unknown, Code::Timeout);
  BOOST_REQUIRE_EQUAL(rig.state(id), "held");
}
// Stale from its beginning.
void miss(EngineRig& rig, const std::string& id) {
  job::Submission submission = mail(id);
  submission.at = rig.begin - hours(1);
  rig.command([&](Context& context) { submit(context, submission); });
  BOOST_REQUIRE_EQUAL(rig.state(id), "stale");
}
void plan_later(EngineRig& rig, const std::string& id, const std::string& email) {
  job::Submission submission = mail(id, email);
  submission.at = rig.clock.now().wall + minutes(30);
  rig.command([&](Context& context) { submit(context, submission); });
}

Selector failed_ones() {
  Selector selector;
  selector.filter.states = {State::Failed};
  return selector;
}
Selector of_state(State state, BulkAction action = BulkAction::Reprocess) {
  Selector selector;
  selector.action = action;
  selector.filter.states = {state};
  return selector;
}

Preview look(EngineRig& rig, const Selector& selector) {
  return make_preview(*rig.other, rig.settings, rig.clock.now().wall, selector);
}
std::string kept_id(EngineRig& rig, const Selector& selector) {
  std::string id;
  rig.command([&](Context& context) { id = keep_preview(context, look(rig, selector)).id; });
  return id;
}
Executed execute(EngineRig& rig, const std::string& id, const std::string& reason = "after the outage") {
  Executed executed;
  rig.command([&](Context& context) { executed = execute_preview(context, id, reason); });
  return executed;
}

// What is left out: "refused a, reached b".
std::string left_out(EngineRig& rig, const Selector& selector) {
  std::string text;
  for (const auto& [why, left] : look(rig, selector).selection.left_out) {
    for (const std::string& id : left.sample) {
      text += (text.empty() ? "" : ", ") + std::string(name(why)) + " " + id;
    }
  }
  return text;
}

// Is turned away with this code, and nothing has changed.
void check_refused(EngineRig& rig, const std::string& code, const std::function<void()>& action) {
  const auto entries = rig.entries();
  const auto counts = rig.other->count_jobs();
  try {
    action();
    BOOST_ERROR("it was not rejected");
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == code);
  }
  BOOST_TEST(rig.entries() == entries);
  BOOST_TEST((rig.other->count_jobs() == counts));
}

// The jobs that repeat others, oldest first.
std::vector<job::Job> new_jobs(EngineRig& rig) {
  std::vector<job::Job> jobs;
  rig.other->each_job({}, [&](const job::Job& job) {
    if (job.reprocess_of) jobs.push_back(job);
    return true;
  });
  return jobs;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reprocess_tests)

BOOST_AUTO_TEST_CASE(new_jobs_repeat_the_old_ones_which_stay_what_they_are) {
  EngineRig rig(one_try);
  fail(rig, "a");
  miss(rig, "b");
  plan_later(rig, "c", "");
  rig.command([](Context& context) { cancel(context, "c", "by mistake"); });
  rig.clock.advance(hours(2));
  Selector all;
  all.filter.provider = Provider::Mayar;
  const Preview preview = look(rig, all);
  BOOST_TEST(preview.selection.jobs == 3);
  BOOST_TEST((preview.selection.reasons.at({State::Stale, Code::ExpiredBeforeSend}) == 1));
  const auto old = rig.job_of("b");
  const TimePoint now = rig.clock.now().wall;

  const Executed executed = execute(rig, kept_id(rig, all));
  BOOST_TEST(executed.jobs == 3);
  const auto jobs = new_jobs(rig);
  BOOST_REQUIRE_EQUAL(jobs.size(), 3U);
  BOOST_TEST(rig.end("a") == "failed attempts_exhausted");
  BOOST_TEST(rig.state("b") == "stale");
  BOOST_TEST(rig.state("c") == "cancelled");
  BOOST_TEST((rig.job_of("b").expires_at == old.expires_at));
  for (const job::Job& job : jobs) {
    const job::Job before = rig.job_of(*job.reprocess_of);
    BOOST_TEST(before.reprocessed_as.value() == job.request_id);
    BOOST_TEST(job.request_id != before.request_id);
    BOOST_TEST(job.subject == before.subject);
    BOOST_TEST((job.due_at >= now));
    BOOST_TEST((job.expires_at == job.due_at + before.lifetime));
    BOOST_TEST(job.batch == executed.batch);
    BOOST_TEST(rig.story(before.request_id).ends_with("job.reprocessed"));
  }
  for (int i = 0; i < 3; ++i) {
    rig.turn();
    while (!rig.workers->calls.empty()) rig.finish_call(test::accepted());
  }
  rig.turn();
  for (const job::Job& job : jobs) BOOST_TEST(rig.state(job.request_id) == "done");
  BOOST_TEST((rig.other->find_batch(executed.batch)->state == store::BatchState::Finished));
  BOOST_TEST(rig.entries(EntryType::BatchFinished).front().count.value() == 3);
}

BOOST_AUTO_TEST_CASE(both_entries_say_who_why_and_which) {
  EngineRig rig(one_try);
  fail(rig, "a");
  const std::string id = kept_id(rig, failed_ones());
  const Executed executed = execute(rig, id, "mayar was down");
  const auto reprocessed = rig.entries(EntryType::JobReprocessed).front();
  BOOST_TEST(reprocessed.request_id.value() == "a");
  BOOST_TEST(reprocessed.actor == "uid:1000");
  BOOST_TEST(reprocessed.reason.value() == "mayar was down");
  const std::string fresh = new_jobs(rig).front().request_id;
  BOOST_TEST(reprocessed.reprocessed_as.value() == fresh);
  const auto accepted = rig.entries(EntryType::JobAccepted).back();
  BOOST_TEST(accepted.request_id.value() == fresh);
  BOOST_TEST(accepted.reprocess_of.value() == "a");
  BOOST_TEST(accepted.actor == "uid:1000");
  const auto submitted = rig.entries(EntryType::BatchSubmitted).front();
  BOOST_TEST(submitted.batch.value() == executed.batch);
  BOOST_TEST(submitted.nominal.value() == id);
  BOOST_TEST(submitted.definition.value() == "reprocess");
  BOOST_TEST(submitted.reason.value() == "mayar was down");
  const auto batch = rig.other->find_batch(executed.batch);
  BOOST_TEST(Json::parse(batch->plan)["jobs"] == 1);
  BOOST_TEST(executed.batch == "reprocess-" + id.substr(3));
}

BOOST_AUTO_TEST_CASE(it_is_left_out_why) {
  EngineRig rig(one_try);
  fail(rig, "again-1", "again@example.com");
  execute(rig, kept_id(rig, failed_ones()));
  while (new_jobs(rig).front().standing.state != State::Done) {
    rig.turn();
    while (!rig.workers->calls.empty()) rig.finish_call(test::accepted());
  }
  fail(rig, "refused", "", Code::EmailNotRegistered);
  fail(rig, "reached", "reached@example.com");
  finish(rig, "reached-2", "reached@example.com");
  fail(rig, "going", "going@example.com");
  plan_later(rig, "going-2", "going@example.com");
  fail(rig, "twice-1", "twice@example.com");
  fail(rig, "twice-2", "twice@example.com");
  fail(rig, "never-1", "never@example.com");
  fail(rig, "never-2", "never@example.com", Code::EmailNotRegistered);
  BOOST_TEST(left_out(rig, failed_ones()) ==
             "already_reprocessed again-1, reached reached, later_one twice-1, on_the_way going, "
             "refused never-2, refused never-1, refused refused");
  const Preview preview = look(rig, failed_ones());
  BOOST_REQUIRE_EQUAL(preview.selection.request_ids.size(), 1U);
  BOOST_TEST(preview.selection.request_ids.front() == "twice-2");

  Selector refused = failed_ones();
  refused.include_refused = true;
  BOOST_TEST(look(rig, refused).selection.jobs == 3);
  BOOST_TEST(left_out(rig, refused).find("later_one never-1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(erased_and_suppressed_people_and_waiting_callers_are_left_out) {
  EngineRig rig(one_try);
  fail(rig, "gone");
  fail(rig, "no-mail");
  rig.command([](Context& context) {
    erase(context, {context.store.find_subject(Provider::Mayar, "gone@example.com").value()}, "asked", false);
    suppress(context, Provider::Mayar, "no-mail@example.com");
  });
  rig.ask(test::link("click"));  // and nobody waits at the desk
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.end("click"), "cancelled caller_gone");
  Selector all = failed_ones();
  all.filter.states = {};
  all.filter.created_from = rig.begin - hours(1);
  BOOST_TEST(left_out(rig, all) == "erased gone, suppressed no-mail, caller_gone click");
  fail(rig, "fine");
  rig.settings.of(Provider::Mayar).on = false;
  BOOST_TEST(left_out(rig, failed_ones()).ends_with("provider_off fine"));
}

BOOST_AUTO_TEST_CASE(late_answer_that_it_was_sent_counts_as_reached) {
  EngineRig rig(one_try);
  const Attempt call = rig.start(mail("a"));
  rig.clock.advance(minutes(1));
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.state("a"), "held");
  rig.command([](Context& context) { close(context, "a", false, "nothing arrived"); });
  BOOST_TEST(look(rig, failed_ones()).selection.jobs == 1);
  rig.finish_call(call, test::accepted());
  rig.turn();
  BOOST_TEST(rig.state("a") == "failed");
  BOOST_TEST(left_out(rig, failed_ones()) == "reached a");
}

BOOST_AUTO_TEST_CASE(held_jobs_are_reprocessed_only_where_they_are_named_and_then_not_released) {
  EngineRig rig(one_try);
  hold_one(rig, "a");
  Selector all;
  all.filter.provider = Provider::Mayar;
  BOOST_TEST(look(rig, all).selection.jobs == 0);
  execute(rig, kept_id(rig, of_state(State::Held)));
  BOOST_TEST(rig.state("a") == "held");
  check_refused(rig, "wrong_state",
                [&] { rig.command([](Context& context) { release(context, "a", ""); }); });
  rig.command([](Context& context) { close(context, "a", false, "sent again"); });
  BOOST_TEST(rig.state("a") == "failed");
}

BOOST_AUTO_TEST_CASE(preview_works_once_and_for_a_day) {
  EngineRig rig(one_try);
  fail(rig, "a");
  check_refused(rig, "not_found", [&] { execute(rig, "pv-000000000000"); });
  const std::string old = kept_id(rig, failed_ones());
  check_refused(rig, "invalid_request", [&] { execute(rig, old, "for a@example.com"); });
  check_refused(rig, "wrong_state", [&] {
    rig.command([&](Context& context) { execute_preview(context, old, "why", {BulkAction::Release}); });
  });
  rig.clock.advance(hours(24));
  check_refused(rig, "wrong_state", [&] { execute(rig, old); });
  const std::string id = kept_id(rig, failed_ones());
  check_refused(rig, "not_found", [&] { execute(rig, old + "x"); });
  execute(rig, id);
  check_refused(rig, "wrong_state", [&] { execute(rig, id); });
  BOOST_TEST(new_jobs(rig).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_has_changed_since_is_not_executed) {
  EngineRig rig(one_try);
  fail(rig, "a", "a@example.com");
  const std::string one = kept_id(rig, failed_ones());
  fail(rig, "b");
  check_refused(rig, "conflict", [&] { execute(rig, one); });
  const std::string two = kept_id(rig, failed_ones());
  plan_later(rig, "c", "a@example.com");
  check_refused(rig, "conflict", [&] { execute(rig, two); });
  // A later job that comes to its end changes nothing: the older one was left out and still is.
  const std::string three = kept_id(rig, failed_ones());
  rig.clock.advance(minutes(31));
  rig.turn();
  rig.finish_call(test::accepted());
  rig.turn();
  BOOST_REQUIRE_EQUAL(rig.state("c"), "done");
  BOOST_TEST(execute(rig, three).jobs == 1);
  BOOST_TEST(!rig.job_of("a").reprocessed_as.has_value());
}

BOOST_AUTO_TEST_CASE(new_jobs_are_paced_as_the_preview_says) {
  EngineRig rig([](Settings& settings) {
    one_try(settings);
    settings.of(Provider::Mayar).rate = job::parse_rate("20/min").value();
  });
  for (int i = 0; i < 60; ++i) miss(rig, "s" + std::to_string(i));
  const Preview preview = look(rig, of_state(State::Stale));
  const Executed executed = execute(rig, kept_id(rig, of_state(State::Stale)));
  BOOST_TEST((executed.first_due == preview.pacing->first_due));
  BOOST_TEST((executed.last_due == preview.pacing->last_due));
  const auto jobs = new_jobs(rig);
  BOOST_REQUIRE_EQUAL(jobs.size(), 60U);
  BOOST_TEST(jobs.front().reprocess_of.value() == "s0");  // the oldest first
  for (std::size_t i = 1; i < jobs.size(); ++i) {
    // 3 s between two calls, and a tenth of the rate for others.
    BOOST_TEST((jobs[i].due_at - jobs[i - 1].due_at >= seconds(3)));
  }
  BOOST_TEST((jobs.back().due_at - jobs.front().due_at >= Millis(59 * 3'333)));
  for (int i = 0; i < 500 && rig.state(jobs.back().request_id) != "done"; ++i) {
    rig.turn();
    while (!rig.workers->calls.empty()) rig.finish_call(test::accepted());
    rig.clock.advance(seconds(1));
  }
  for (const job::Job& job : jobs) BOOST_TEST(rig.state(job.request_id) == "done");
}

BOOST_AUTO_TEST_CASE(held_jobs_are_released_or_closed_together) {
  EngineRig rig(one_try);
  hold_one(rig, "a");
  hold_one(rig, "b", "b@example.com");
  hold_one(rig, "b-2", "b@example.com");
  BOOST_TEST(left_out(rig, of_state(State::Held, BulkAction::Release)) == "later_one b");
  const std::string early = kept_id(rig, of_state(State::Held, BulkAction::Release));
  BOOST_TEST(execute(rig, early).jobs == 2);
  BOOST_TEST(rig.entries(EntryType::JobReleased).size() == 2U);
  BOOST_TEST(rig.state("b") == "held");
  const std::string close_id = kept_id(rig, of_state(State::Held, BulkAction::CloseNotSent));
  execute(rig, close_id, "nobody has it");
  BOOST_TEST(rig.end("b") == "failed closed");
  BOOST_TEST(rig.entries(EntryType::JobClosed).front().reason.value() == "nobody has it");
  rig.clock.advance(hours(1));
  hold_one(rig, "c");
  rig.clock.advance(hours(1));
  BOOST_TEST(left_out(rig, of_state(State::Held, BulkAction::Release)).find("stale c") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(filters_that_make_no_sense) {
  EngineRig rig(one_try);
  check_refused(rig, "invalid_request", [&] { look(rig, {}); });
  check_refused(rig, "invalid_request", [&] { look(rig, of_state(State::Done)); });
  check_refused(rig, "invalid_request", [&] { look(rig, of_state(State::Failed, BulkAction::Release)); });
  fail(rig, "a");
  end_job(rig, test::claimable_link("b"), Outcome::Rejected, Code::ProviderError);
  check_refused(rig, "invalid_request", [&] { look(rig, failed_ones()); });  // of both providers
}

BOOST_AUTO_TEST_CASE(selector_comes_back_as_it_was_kept) {
  Selector selector = of_state(State::Stale);
  selector.include_refused = true;
  store::JobFilter& filter = selector.filter;
  filter.provider = Provider::Nomos;
  filter.outcome = Outcome::NotSent;
  filter.code = Code::Dns;
  filter.batch = "spring";
  filter.definition = "onboarding";
  filter.created_from = from_ms(1);
  filter.created_to = from_ms(2);
  filter.subject = "q83vEjRWeJCrze8SNFZ4kA";
  const std::string json = selector_json(selector);
  BOOST_TEST(selector_json(selector_of("close_sent", json)) == json);
  BOOST_TEST((selector_of("close_sent", json).action == BulkAction::CloseSent));
  BOOST_CHECK_THROW(selector_of("nothing", json), Error);
  BOOST_CHECK_THROW(selector_of("release", "{}"), Error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

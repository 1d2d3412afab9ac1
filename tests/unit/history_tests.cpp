#include <boost/test/unit_test.hpp>

#include "surface/history.h"

namespace latchkey::surface {
namespace {

using job::Code;
using job::Outcome;
using job::State;
using ledger::Entry;
using ledger::EntryType;

constexpr TimePoint kStart = from_ms(1'767'323'045'000);

Entry entry(EntryType type, int after_ms, std::optional<Outcome> outcome = {},
            std::optional<Code> code = {}) {
  Entry made;
  made.type = type;
  made.t = kStart + Millis(after_ms);
  made.seq = after_ms;
  made.outcome = outcome;
  made.code = code;
  if (type == EntryType::AttemptIntent) made.attempt = 1;
  return made;
}

Entry accepted() {
  Entry made = entry(EntryType::JobAccepted, 0);
  made.request_id = "a";
  made.subject = "s";
  made.provider = job::Provider::Mayar;
  made.batch = "spring";
  made.due_at = kStart + Millis(5);
  made.expires_at = kStart + Millis(900);
  return made;
}

BOOST_AUTO_TEST_SUITE(history_tests)

BOOST_AUTO_TEST_CASE(entries_tell_what_the_job_was) {
  const job::Job job = job_told_by({accepted(), entry(EntryType::AttemptIntent, 10),
                                    entry(EntryType::AttemptResult, 20, Outcome::Accepted)});
  BOOST_CHECK_EQUAL(job.request_id, "a");
  BOOST_CHECK_EQUAL(job.subject, "s");
  BOOST_CHECK_EQUAL(job.batch, "spring");
  BOOST_CHECK(job.created_at == kStart);
  BOOST_CHECK(job.due_at == kStart + Millis(5));
  BOOST_CHECK(job.expires_at == kStart + Millis(900));
  BOOST_CHECK(job.standing.state == State::Done);
  BOOST_CHECK(job.outcome == Outcome::Accepted);
  BOOST_CHECK(!job.code);
  BOOST_CHECK_EQUAL(job.attempts, 1);
  BOOST_CHECK(job.finished_at == kStart + Millis(20));
  BOOST_CHECK_EQUAL(job.last_seq, 20);
}

BOOST_AUTO_TEST_CASE(last_code_and_outcome_stand) {
  const job::Job job =
      job_told_by({accepted(), entry(EntryType::AttemptIntent, 10),
                   entry(EntryType::AttemptResult, 20, Outcome::Rejected, Code::ProviderError),
                   entry(EntryType::JobFailed, 20, {}, Code::AttemptsExhausted)});
  BOOST_CHECK(job.standing.state == State::Failed);
  BOOST_CHECK(job.outcome == Outcome::Rejected);
  BOOST_CHECK(job.code == Code::AttemptsExhausted);
}

BOOST_AUTO_TEST_CASE(late_answer_counts_where_it_ends_the_job) {
  std::vector<Entry> entries{accepted(), entry(EntryType::AttemptIntent, 10),
                             entry(EntryType::AttemptResult, 20, Outcome::Unknown, Code::Timeout),
                             entry(EntryType::JobHeld, 20, {}, Code::Timeout),
                             entry(EntryType::AttemptLate, 30, Outcome::Rejected, Code::Unauthorized)};
  const job::Job held = job_told_by(entries);
  BOOST_CHECK(held.standing.state == State::Held);
  BOOST_CHECK(held.outcome == Outcome::Unknown);
  BOOST_CHECK(held.code == Code::Timeout);
  BOOST_CHECK(!held.finished_at);
  entries.push_back(entry(EntryType::AttemptLate, 40, Outcome::Accepted));
  const job::Job done = job_told_by(entries);
  BOOST_CHECK(done.standing.state == State::Done);
  BOOST_CHECK(done.outcome == Outcome::Accepted);
  BOOST_CHECK(done.finished_at == kStart + Millis(40));
  entries.push_back(entry(EntryType::AttemptLate, 50, Outcome::Rejected, Code::Unauthorized));
  BOOST_CHECK(job_told_by(entries).outcome == Outcome::Accepted);
  BOOST_CHECK(job_told_by(entries).finished_at == kStart + Millis(40));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface

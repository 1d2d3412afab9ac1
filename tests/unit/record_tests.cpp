#include <boost/test/unit_test.hpp>

#include "engine/record.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

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

}  // namespace

BOOST_AUTO_TEST_SUITE(record_tests)

BOOST_AUTO_TEST_CASE(entry_carries_the_jobs_ids_and_its_link_back) {
  EngineRig rig;
  rig.command([](Context& context) { submit(context, mail("a")); });
  job::Job job = rig.job_of("a");
  job.batch = "welcome";
  const std::int64_t accepted = job.last_seq;
  rig.command([&](Context& context) {
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

#include <boost/test/unit_test.hpp>

#include "engine/operations.h"
#include "engine/submit.h"
#include "support/engine_rig.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::HandOver;
using job::Outcome;
using job::Provider;
using job::State;
using test::EngineRig;
using test::mail;

BOOST_AUTO_TEST_SUITE(tally_tests)

BOOST_AUTO_TEST_CASE(results_are_counted_by_provider_outcome_and_code) {
  EngineRig rig([](Settings& settings) { settings.retry.attempts = 1; });
  for (const char* id : {"a", "b"}) {
    rig.start(mail(id));
    rig.finish_call(test::accepted());
    rig.turn();
  }
  rig.start(mail("c"));
  rig.finish_call(test::ended(Outcome::Rejected, Code::EmailNotRegistered, 404));
  rig.turn();
  const OutcomeCounts counts = rig.tally.snapshot().outcomes;
  BOOST_TEST(counts.attempts.size() == 2U);
  BOOST_TEST(counts.attempts.at({Provider::Mayar, Outcome::Accepted, std::nullopt}) == 2);
  BOOST_TEST(counts.attempts.at({Provider::Mayar, Outcome::Rejected, Code::EmailNotRegistered}) == 1);
  BOOST_TEST(counts.ends.at({Provider::Mayar, State::Done, std::nullopt}) == 2);
  BOOST_TEST(counts.ends.at({Provider::Mayar, State::Failed, Code::EmailNotRegistered}) == 1);
}

BOOST_AUTO_TEST_CASE(held_jobs_count_and_so_do_those_of_a_dead_process) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.crash_and_restart();
  const OutcomeCounts counts = rig.tally.snapshot().outcomes;
  BOOST_TEST(counts.attempts.at({Provider::Mayar, Outcome::Unknown, Code::Crash}) == 1);
  BOOST_TEST(counts.ends.at({Provider::Mayar, State::Held, Code::Crash}) == 1);
}

BOOST_AUTO_TEST_CASE(request_that_is_rejected_after_it_has_written_counts_nothing) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.finish_call(test::ended(Outcome::Unknown, Code::Timeout));
  rig.turn();
  const OutcomeCounts before = rig.tally.snapshot().outcomes;
  const auto ask = [&](bool rejects) {
    rig.inbox->put(Request{"token:t",
                           [rejects](Context& context) {
                             close(context, "a", true, "found out");
                             if (rejects) throw InputError("conflict", "", "on second thoughts");
                           },
                           [] {}, [](const std::exception_ptr&) {}});
    rig.turn();
  };
  ask(true);
  BOOST_TEST((rig.tally.snapshot().outcomes.ends == before.ends));
  ask(false);
  BOOST_TEST(rig.tally.snapshot().outcomes.ends.at({Provider::Mayar, State::Done, Code::Closed}) == 1);
}

BOOST_AUTO_TEST_CASE(links_that_wait_are_counted_and_how_they_end) {
  EngineRig rig;
  job::Submission claim = test::link("a");
  claim.hand_over = HandOver::Claim;
  rig.start(claim);
  rig.finish_call(test::minted("https://x.checkout.energy/1"));
  rig.turn();
  BOOST_TEST(rig.tally.snapshot().links_waiting == 1U);
  rig.clock.advance(std::chrono::minutes(16));
  rig.turn();
  const Tally::Snapshot snapshot = rig.tally.snapshot();
  BOOST_TEST(snapshot.links_waiting == 0U);
  BOOST_TEST(snapshot.outcomes.hand_overs.at({HandOver::Claim, Outcome::NotSent, Code::LinkExpired}) == 1);
}

BOOST_AUTO_TEST_CASE(each_turn_and_each_commit_is_measured) {
  EngineRig rig;
  const auto turns = [&] {
    std::uint64_t sum = 0;
    const auto snapshot = rig.tally.snapshot();
    for (const std::uint64_t count : snapshot.turns.counts()) sum += count;
    return sum;
  };
  const std::uint64_t before = turns();
  rig.turn();
  rig.turn();
  BOOST_TEST(turns() == before + 2);
  BOOST_TEST(rig.tally.snapshot().commits.sum() > 0.0);
}

BOOST_AUTO_TEST_CASE(bucket_is_the_first_whose_bound_is_not_exceeded) {
  Histogram histogram;
  histogram.add(std::chrono::milliseconds(1));
  histogram.add(std::chrono::microseconds(1001));
  histogram.add(std::chrono::minutes(1));
  BOOST_TEST(histogram.counts()[3] == 1U);
  BOOST_TEST(histogram.counts()[4] == 1U);
  BOOST_TEST(histogram.counts().back() == 1U);
  BOOST_TEST(histogram.sum() == 60.002001, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::engine

#include <boost/test/unit_test.hpp>

#include "tests/threads/running_daemon.h"

using namespace std::chrono_literals;
using boost::test_tools::per_element;
using latchkey::http_answer;
using latchkey::job::Provider;
using latchkey::job::State;
using latchkey::test::RunningDaemon;
using Lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(daemon_stop_tests)

BOOST_AUTO_TEST_CASE(graceful_stop_lets_a_call_finish_and_takes_no_more) {
  RunningDaemon daemon({.workers = 1});
  daemon.submit(Provider::Mayar, "under-way");
  BOOST_REQUIRE(daemon.mayar_wire.carries(1));
  daemon.submit(Provider::Mayar, "queued");
  BOOST_REQUIRE(daemon.wait_for_answers(2));
  daemon.stop();
  daemon.mayar_wire.answer_all(http_answer(200, latchkey::kMayarAccepted));
  BOOST_TEST((daemon.join() == nullptr));
  BOOST_TEST((daemon.job("under-way").standing.state == State::Done));
  BOOST_TEST((daemon.job("queued").standing.state == State::Queued));
  BOOST_TEST(daemon.mayar_wire.sent() == 1);
}

BOOST_AUTO_TEST_CASE(second_stop_cuts_calls_off_and_says_so) {
  RunningDaemon daemon;
  daemon.submit(Provider::Mayar, "under-way");
  BOOST_REQUIRE(daemon.mayar_wire.carries(1));
  daemon.stop(true);
  BOOST_TEST((daemon.join() == nullptr));
  BOOST_TEST(daemon.history("under-way") ==
                 (Lines{"attempt.intent", "attempt.result unknown shutdown", "job.held shutdown"}),
             per_element());
}

BOOST_AUTO_TEST_CASE(grace_that_has_passed_cuts_calls_off) {
  RunningDaemon daemon;
  daemon.submit(Provider::Mayar, "under-way");
  BOOST_REQUIRE(daemon.mayar_wire.carries(1));
  daemon.stop();
  // When a second turn finds that nothing is taken any more, the grace has begun.
  int turns = 0;
  BOOST_REQUIRE(daemon.eventually([&] { return daemon.refuses_requests() && ++turns == 2; }));
  daemon.advance(9s);
  BOOST_TEST((daemon.job("under-way").standing.state == State::Running));
  daemon.advance(1s);
  BOOST_TEST((daemon.join() == nullptr));
  BOOST_TEST(daemon.history("under-way").back() == "job.held shutdown");
}

BOOST_AUTO_TEST_CASE(call_that_cannot_be_cut_off_is_unknown_all_the_same) {
  RunningDaemon daemon({.deaf = true});
  daemon.submit(Provider::Mayar, "under-way");
  BOOST_REQUIRE(daemon.mayar_wire.carries(1));
  daemon.stop(true);
  BOOST_REQUIRE(daemon.mayar_wire.aborted());
  daemon.advance(4s);
  BOOST_TEST((daemon.join() == nullptr));
  BOOST_TEST(daemon.history("under-way") ==
                 (Lines{"attempt.intent", "attempt.result unknown shutdown", "job.held shutdown"}),
             per_element());
  daemon.mayar_wire.answer_all(http_answer(200, latchkey::kMayarAccepted));  // or the worker would never end
}

BOOST_AUTO_TEST_CASE(callers_are_told_when_the_daemon_stops) {
  RunningDaemon daemon({.workers = 1});
  daemon.submit(Provider::Mayar, "under-way");
  BOOST_REQUIRE(daemon.mayar_wire.carries(1));
  const auto caller = daemon.ask_for_link("link-1");
  BOOST_REQUIRE(daemon.wait_for_answers(2));
  daemon.stop();
  const auto reply = daemon.reply_to(caller);
  BOOST_REQUIRE(reply.has_value());
  BOOST_TEST(reply->link.empty());
  BOOST_TEST((reply->state == State::Cancelled));
  BOOST_TEST(daemon.nomos_wire.sent() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

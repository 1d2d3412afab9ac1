// The daemon's thread and its workers together. What a turn decides is the simulation's matter; here it is
// what threads add: who waits for whom, and what is noticed when.
#include <boost/test/unit_test.hpp>

#include "engine/operations.h"
#include "engine/submit.h"
#include "tests/threads/running_daemon.h"

using namespace std::chrono_literals;
using boost::test_tools::per_element;
using latchkey::http_answer;
using latchkey::job::Provider;
using latchkey::job::State;
using latchkey::test::RunningDaemon;
using Lines = std::vector<std::string>;

namespace {

const latchkey::HttpAnswer kSent = http_answer(200, latchkey::kMayarAccepted);
const latchkey::HttpAnswer kMinted = http_answer(201, latchkey::kNomosAccepted);

std::string id(int number) {
  return "job-" + std::to_string(number);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(daemon_tests)

BOOST_AUTO_TEST_CASE(requests_that_come_together_become_durable_in_one_commit) {
  RunningDaemon daemon;
  daemon.hold();
  daemon.submit(Provider::Mayar, "before");
  BOOST_REQUIRE(daemon.stands_still());
  std::vector<std::shared_ptr<RunningDaemon::Answer>> answers;
  for (int i = 0; i < 300; ++i) answers.push_back(daemon.submit(Provider::Mayar, id(i)));
  daemon.release();
  BOOST_REQUIRE(daemon.wait_for_answers(301));
  for (const auto& answer : answers) {
    BOOST_TEST(answer->rejected == "");
    BOOST_TEST(answer->commit == answers.front()->commit);
  }
}

BOOST_AUTO_TEST_CASE(full_inbox_answers_try_later_and_recovers) {
  RunningDaemon daemon({.requests_max = 5});
  daemon.hold();
  daemon.submit(Provider::Mayar, "before");
  BOOST_REQUIRE(daemon.stands_still());
  for (int i = 0; i < 5; ++i) daemon.submit(Provider::Mayar, id(i));
  BOOST_TEST(daemon.refuses_requests());
  daemon.release();
  BOOST_REQUIRE(daemon.wait_for_answers(6));
  BOOST_TEST(!daemon.refuses_requests());
}

BOOST_AUTO_TEST_CASE(provider_that_hangs_keeps_a_quarter_of_the_workers_free) {
  RunningDaemon daemon({.workers = 8});
  for (int i = 0; i < 12; ++i) daemon.submit(Provider::Mayar, id(i));
  BOOST_REQUIRE(daemon.mayar_wire.carries(6));
  daemon.nomos_wire.answer_all(kMinted);
  for (int i = 0; i < 5; ++i) {
    const auto reply = daemon.reply_to(daemon.ask_for_link("link-" + std::to_string(i)));
    BOOST_REQUIRE(reply.has_value());
    BOOST_TEST(reply->link.reveal() == latchkey::kLink);
  }
  BOOST_TEST(daemon.mayar_wire.sent() == 6);
  daemon.mayar_wire.answer_all(kSent);
  BOOST_TEST(daemon.eventually_in(id(11), State::Done));
}

BOOST_AUTO_TEST_CASE(call_past_its_deadline_is_given_up_and_its_late_answer_is_written) {
  RunningDaemon daemon;
  daemon.submit(Provider::Mayar, id(1));
  BOOST_REQUIRE(daemon.mayar_wire.carries(1));
  daemon.advance(21s);
  BOOST_REQUIRE(daemon.eventually_in(id(1), State::Held));
  BOOST_TEST(daemon.history(id(1)) ==
                 (Lines{"attempt.intent", "attempt.result unknown timeout", "job.held timeout"}),
             per_element());
  daemon.mayar_wire.answer_one(kSent);
  BOOST_REQUIRE(daemon.eventually_in(id(1), State::Done));
  BOOST_TEST(daemon.history(id(1)).back() == "attempt.late accepted");
  BOOST_TEST(daemon.mayar_wire.sent() == 1);
}

BOOST_AUTO_TEST_CASE(what_another_process_queues_is_noticed) {
  RunningDaemon daemon;
  daemon.mayar_wire.answer_all(kSent);
  daemon.from_outside([](auto& context) {
    latchkey::job::Submission submission;
    submission.request_id = "from-outside";
    submission.recipient = latchkey::job::parse_recipient(Provider::Mayar, "budi@example.com");
    latchkey::engine::submit(context, submission);
  });
  BOOST_TEST(daemon.eventually_in("from-outside", State::Done));
}

BOOST_AUTO_TEST_CASE(caller_is_told_when_another_process_cancels_the_job) {
  RunningDaemon daemon;
  daemon.from_outside(
      [](auto& context) { latchkey::engine::pause(context, Provider::Nomos, "maintenance"); });
  const auto caller = daemon.ask_for_link("link-1");
  BOOST_REQUIRE(daemon.wait_for_answers(1));
  daemon.from_outside([](auto& context) { latchkey::engine::cancel(context, "link-1", ""); });
  const auto reply = daemon.reply_to(caller);
  BOOST_REQUIRE(reply.has_value());
  BOOST_TEST(reply->link.empty());
  BOOST_TEST((reply->state == State::Cancelled));
}

BOOST_AUTO_TEST_CASE(new_key_lifts_an_automatic_pause) {
  RunningDaemon daemon;
  daemon.mayar_wire.answer_one(http_answer(401, latchkey::mayar_error(401)));
  daemon.submit(Provider::Mayar, id(1));
  BOOST_REQUIRE(daemon.eventually([&] { return daemon.paused(Provider::Mayar); }));
  daemon.exchange("mayar.key", "mayar-key-2\n");
  daemon.mayar_wire.answer_all(kSent);
  daemon.signals.reload = true;
  daemon.inbox.wake();
  BOOST_REQUIRE(daemon.eventually([&] { return !daemon.paused(Provider::Mayar); }));
  daemon.advance(2min);  // past the wait of the retry
  BOOST_TEST(daemon.eventually_in(id(1), State::Done));
}

BOOST_AUTO_TEST_CASE(new_key_is_taken_in_although_the_inbox_is_full) {
  RunningDaemon daemon({.requests_max = 5});
  daemon.from_outside([](auto& context) {
    latchkey::engine::pause_automatically(context, Provider::Mayar, latchkey::job::Code::Unauthorized);
  });
  daemon.mayar_wire.answer_all(kSent);
  daemon.exchange("mayar.key", "mayar-key-2\n");
  daemon.hold();
  daemon.submit(Provider::Mayar, "before");
  BOOST_REQUIRE(daemon.stands_still());
  for (int i = 0; i < 5; ++i) daemon.submit(Provider::Mayar, id(i));
  daemon.signals.reload = true;
  daemon.release();
  BOOST_TEST(daemon.eventually([&] { return !daemon.paused(Provider::Mayar); }));
}

BOOST_AUTO_TEST_CASE(new_key_does_not_lift_the_pause_of_a_person) {
  RunningDaemon daemon;
  daemon.mayar_wire.answer_all(kSent);
  daemon.from_outside(
      [](auto& context) { latchkey::engine::pause(context, Provider::Mayar, "maintenance"); });
  daemon.exchange("mayar.key", "mayar-key-2\n");
  daemon.signals.reload = true;
  daemon.inbox.wake();
  daemon.submit(Provider::Mayar, id(1));
  BOOST_REQUIRE(daemon.wait_for_answers(1));
  daemon.stop();
  BOOST_TEST((daemon.join() == nullptr));
  BOOST_TEST(daemon.reloads[Provider::Mayar] == 1);
  BOOST_TEST((daemon.job(id(1)).standing.state == State::Queued));
}

BOOST_AUTO_TEST_CASE(key_files_are_read_again_when_another_process_resumes_a_provider) {
  RunningDaemon daemon;
  daemon.from_outside(
      [](auto& context) { latchkey::engine::pause(context, Provider::Nomos, "maintenance"); });
  daemon.submit(Provider::Mayar, id(1));  // a turn that sees the pause
  BOOST_REQUIRE(daemon.wait_for_answers(1));
  daemon.from_outside([](auto& context) { latchkey::engine::resume(context, Provider::Nomos, ""); });
  daemon.submit(Provider::Mayar, id(2));
  BOOST_REQUIRE(daemon.wait_for_answers(2));
  daemon.stop(true);
  BOOST_TEST((daemon.join() == nullptr));
  BOOST_TEST(daemon.reloads[Provider::Nomos] == 1);
}

BOOST_AUTO_TEST_CASE(daemon_that_lost_the_database_ends_and_sends_nothing) {
  RunningDaemon daemon;
  daemon.from_outside([](auto& context) { context.store.take_epoch(); });
  daemon.submit(Provider::Mayar, id(1));
  const std::exception_ptr failure = daemon.join();
  BOOST_REQUIRE((failure != nullptr));
  BOOST_CHECK_THROW(std::rethrow_exception(failure), latchkey::store::EpochLost);
  BOOST_TEST(daemon.mayar_wire.sent() == 0);
}

BOOST_AUTO_TEST_CASE(full_disk_turns_requests_away_and_keeps_results) {
  RunningDaemon daemon;
  daemon.submit(Provider::Mayar, id(1));
  BOOST_REQUIRE(daemon.mayar_wire.carries(1));
  daemon.hold();
  daemon.mayar_wire.answer_one(kSent);
  BOOST_REQUIRE(daemon.stands_still());
  const auto turned_away = daemon.submit(Provider::Mayar, id(2));
  daemon.fail_commits(2);  // the turn with the result, and the one with the result and the request
  daemon.release();
  BOOST_REQUIRE(daemon.wait_for_answers(2));
  BOOST_TEST(turned_away->rejected == "try_later");
  BOOST_REQUIRE(daemon.eventually_in(id(1), State::Done));
  BOOST_TEST(daemon.history(id(1)) == (Lines{"attempt.intent", "attempt.result accepted"}), per_element());
}

BOOST_AUTO_TEST_SUITE_END()

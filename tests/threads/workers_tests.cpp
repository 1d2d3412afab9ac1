#include <barrier>
#include <boost/test/unit_test.hpp>
#include <set>

#include "engine/workers.h"
#include "provider/mayar.h"
#include "provider/nomos.h"
#include "tests/support/provider_setup.h"
#include "tests/threads/wire.h"

using namespace std::chrono_literals;
using latchkey::Millis;
using latchkey::engine::Attempt;
using latchkey::engine::Finished;
using latchkey::engine::Inbox;
using latchkey::engine::Workers;
using latchkey::job::Code;
using latchkey::job::Outcome;
using latchkey::job::Provider;
using latchkey::test::kPatience;
using latchkey::test::Wire;

namespace {

// Both providers on wires of their own, and as many workers as a test asks for.
struct Setup : latchkey::ProviderSetup {
  explicit Setup(int count) : mayar_provider(mayar, clock), workers(count, calls(), inbox, clock) {}

  Workers::Calls calls() {
    return {[this](Provider) -> latchkey::provider::Provider& {
              if (broken) throw std::runtime_error("a text that may hold what was received");
              return mayar_provider;
            },
            [this](Provider) { return wire.client(); }};
  }
  Attempt attempt(int number, Millis fresh_for = 15min) {
    Attempt attempt;
    attempt.request_id = "job-" + std::to_string(number);
    attempt.number = 1;
    attempt.address = "budi@example.com";
    attempt.fresh_until = clock.now().wall + fresh_for;
    attempt.boot_fresh_until = clock.now().boot + fresh_for;
    return attempt;
  }
  // The next result that comes back.
  Finished result() {
    inbox.wait(kPatience);
    auto items = inbox.take(1);
    BOOST_REQUIRE(items.size() == 1U);
    return std::move(std::get<Finished>(items.front()));
  }

  std::atomic<bool> broken{false};
  latchkey::provider::Mayar mayar_provider;
  Wire wire;
  Inbox inbox;
  Workers workers;
};

// Keeps what it was called with.
struct Recorder final : latchkey::provider::Provider {
  latchkey::provider::Result call(const latchkey::provider::Call& call, latchkey::HttpClient&) override {
    address = call.address;
    expected = call.expect_email;
    return {};
  }
  latchkey::provider::Check check(latchkey::HttpClient&) override { return {}; }
  bool reload_credentials() override { return false; }
  std::string address;
  std::optional<std::string> expected;
};

// Answers the first calls when so many workers are here at a time, and then at once; knows whose clients it
// was called with since.
struct Meeting final : latchkey::provider::Provider {
  explicit Meeting(int all) : everybody(all), still_to_meet(all) {}
  latchkey::provider::Result call(const latchkey::provider::Call&, latchkey::HttpClient& http) override {
    if (still_to_meet-- > 0) {
      everybody.arrive_and_wait();
    } else {
      clients.insert(&http);
    }
    return {};
  }
  latchkey::provider::Check check(latchkey::HttpClient&) override { return {}; }
  bool reload_credentials() override { return false; }
  std::barrier<> everybody;
  std::atomic<int> still_to_meet;
  std::set<latchkey::HttpClient*> clients;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(workers_tests)

BOOST_AUTO_TEST_CASE(address_that_a_customer_must_have_reaches_the_provider) {
  Recorder recorder;
  Setup setup(0);
  Workers workers(1,
                  {[&](Provider) -> latchkey::provider::Provider& { return recorder; },
                   [&](Provider) { return setup.wire.client(); }},
                  setup.inbox, setup.clock);
  Attempt attempt = setup.attempt(1);
  attempt.address = "cus_1";
  attempt.expect_email = "budi@example.com";
  workers.dispatch(std::move(attempt));
  setup.result();
  BOOST_TEST(recorder.address == "cus_1");
  BOOST_TEST((recorder.expected == "budi@example.com"));
}

BOOST_AUTO_TEST_CASE(every_attempt_comes_back_with_its_result) {
  Setup setup(4);
  setup.wire.answer_all(latchkey::http_answer(200, latchkey::kMayarAccepted));
  std::set<std::string> back;
  for (int begun = 0; begun < 40; begun += 4) {
    for (int i = 0; i < 4; ++i) setup.workers.dispatch(setup.attempt(begun + i));
    for (int i = 0; i < 4; ++i) {
      const Finished finished = setup.result();
      BOOST_TEST((finished.result.outcome == Outcome::Accepted));
      back.insert(finished.attempt.request_id);
    }
  }
  BOOST_TEST(back.size() == 40U);
}

BOOST_AUTO_TEST_CASE(next_call_goes_to_the_worker_that_has_just_come_back) {
  Meeting provider(4);
  Setup setup(0);
  Workers workers(4,
                  {[&](Provider) -> latchkey::provider::Provider& { return provider; },
                   [&](Provider) { return setup.wire.client(); }},
                  setup.inbox, setup.clock);
  for (int i = 0; i < 4; ++i) workers.dispatch(setup.attempt(i));
  for (int i = 0; i < 4; ++i) setup.result();
  for (int i = 0; i < 20; ++i) {
    workers.dispatch(setup.attempt(4 + i));
    setup.result();
  }
  BOOST_TEST(provider.clients.size() == 1U);
}

BOOST_AUTO_TEST_CASE(worker_is_idle_again_when_its_result_is_in_the_inbox) {
  Setup setup(3);
  BOOST_TEST(setup.workers.idle() == 3);
  setup.workers.dispatch(setup.attempt(1));
  setup.workers.dispatch(setup.attempt(2));
  BOOST_TEST(setup.workers.idle() == 1);
  setup.wire.answer_one(latchkey::http_answer(200, latchkey::kMayarAccepted));
  setup.result();
  BOOST_TEST(setup.workers.idle() == 2);
}

BOOST_AUTO_TEST_CASE(job_that_goes_stale_before_the_wire_is_not_sent) {
  Setup setup(1);
  const Attempt wall = setup.attempt(1, 1min);
  setup.clock.advance(1min);
  setup.workers.dispatch(wall);
  const Finished stale = setup.result();
  BOOST_TEST((stale.result.outcome == Outcome::NotSent));
  BOOST_TEST((stale.result.code == Code::ExpiredBeforeSend));
  const Attempt boot = setup.attempt(2, 1min);
  setup.clock.advance(1min);
  setup.clock.step_wall(-1h);  // set back: by the wall clock alone it would be fresh again
  setup.workers.dispatch(boot);
  BOOST_TEST((setup.result().result.code == Code::ExpiredBeforeSend));
  BOOST_TEST(setup.wire.sent() == 0);
}

BOOST_AUTO_TEST_CASE(abort_ends_calls_under_way_and_forbids_others) {
  Setup setup(2);
  setup.workers.dispatch(setup.attempt(1));
  BOOST_REQUIRE(setup.wire.carries(1));
  setup.workers.abort();
  const Finished cut = setup.result();
  BOOST_TEST((cut.result.outcome == Outcome::Unknown));
  BOOST_TEST((cut.result.code == Code::Shutdown));
  setup.workers.dispatch(setup.attempt(2));
  const Finished refused = setup.result();
  BOOST_TEST((refused.result.outcome == Outcome::NotSent));
  BOOST_TEST((refused.result.code == Code::Shutdown));
  BOOST_TEST(setup.wire.sent() == 1);
}

BOOST_AUTO_TEST_CASE(workers_end_with_calls_under_way) {
  Setup setup(2);
  {
    Inbox inbox;
    Workers workers(2, setup.calls(), inbox, setup.clock);
    workers.dispatch(setup.attempt(1));
    workers.dispatch(setup.attempt(2));
    BOOST_REQUIRE(setup.wire.carries(2));
  }
  BOOST_TEST(setup.wire.aborted());
}

BOOST_AUTO_TEST_CASE(what_breaks_in_the_middle_of_a_call_leaves_it_unknown) {
  Setup setup(1);
  setup.broken = true;
  setup.workers.dispatch(setup.attempt(1));
  const Finished finished = setup.result();
  BOOST_TEST((finished.result.outcome == Outcome::Unknown));
  BOOST_TEST((finished.result.code == Code::BadAnswer));
  setup.broken = false;
  setup.wire.answer_all(latchkey::http_answer(200, latchkey::kMayarAccepted));
  setup.workers.dispatch(setup.attempt(2));
  BOOST_TEST((setup.result().result.outcome == Outcome::Accepted));
}

BOOST_AUTO_TEST_SUITE_END()

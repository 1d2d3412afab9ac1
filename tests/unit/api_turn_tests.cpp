#include <boost/test/unit_test.hpp>
#include <future>

#include "base/api_token.h"
#include "support/engine_rig.h"
#include "surface/api_turn.h"

namespace latchkey::surface {
namespace {

const ApiCaller kCaller{"token:tk_1", "tk_1", false};

struct TurnRig : test::EngineRig {
  /// A caller on a thread of its own; "done" or the code of what it was told.
  std::future<std::string> ask(Millis patience, const std::function<void(engine::Context&)>& work,
                               const ApiCaller& caller = kCaller,
                               const std::function<void()>& committed = {}) {
    return std::async(std::launch::async, [=, this]() -> std::string {
      try {
        in_turn(*inbox, caller, patience, work, committed);
        return "done";
      } catch (const InputError& error) {
        return error.code();
      }
    });
  }
  void arrive() { inbox->wait(std::chrono::minutes(1)); }
  void pause(engine::Context& context) {
    job::Gate gate = context.store.gate(job::Provider::Mayar);
    gate.paused = true;
    gate.paused_by = context.actor;
    context.store.put_gate(gate);
  }
  bool paused() { return other->gate(job::Provider::Mayar).paused; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(api_turn_tests, TurnRig)

BOOST_AUTO_TEST_CASE(work_is_done_in_the_callers_name_and_told_when_it_is_durable) {
  bool told = false;
  auto call = ask(
      std::chrono::minutes(1), [this](engine::Context& context) { pause(context); }, kCaller,
      [&] { told = paused(); });  // another connection sees it: committed
  arrive();
  turn();
  BOOST_TEST(call.get() == "done");
  BOOST_TEST(told);
  BOOST_TEST(other->gate(job::Provider::Mayar).paused_by == "token:tk_1");
}

BOOST_AUTO_TEST_CASE(rejected_work_changes_nothing) {
  bool told = false;
  auto call = ask(
      std::chrono::minutes(1),
      [this](engine::Context& context) {
        pause(context);
        throw InputError("wrong_state", "", "no");
      },
      kCaller, [&] { told = true; });
  arrive();
  turn();
  BOOST_TEST(call.get() == "wrong_state");
  BOOST_TEST(!told);
  BOOST_TEST(!paused());
}

BOOST_AUTO_TEST_CASE(what_a_caller_has_given_up_is_not_done_later) {
  auto call = ask(Millis(0), [this](engine::Context& context) { pause(context); });
  BOOST_TEST(call.get() == "try_later");
  turn();
  BOOST_TEST(!paused());
}

BOOST_AUTO_TEST_CASE(caller_whose_work_has_begun_hears_its_end) {
  std::promise<void> begun;
  std::promise<void> go_on;
  auto call = ask(Millis(0), [](engine::Context&) {});
  BOOST_TEST(call.get() == "try_later");
  turn();
  // The engine is in the middle of it when the patience ends.
  auto engine = std::async(std::launch::async, [&] {
    arrive();
    turn();
  });
  auto late = ask(Millis(200), [&](engine::Context& context) {
    begun.set_value();
    go_on.get_future().wait();
    pause(context);
  });
  begun.get_future().wait();
  BOOST_TEST((late.wait_for(Millis(400)) == std::future_status::timeout));
  go_on.set_value();
  engine.get();
  BOOST_TEST(late.get() == "done");
  BOOST_TEST(paused());
}

BOOST_AUTO_TEST_CASE(single_use_token_goes_with_the_work_and_only_with_it) {
  const ApiToken made = make_api_token(random);
  command([&](engine::Context& context) {
    store::Token token;
    token.id = made.id;
    token.hash = std::string(32, 'h');
    token.scopes = "send";
    token.single_use = true;
    context.store.put_token(token);
  });
  const ApiCaller once{"uid:1000", made.id, true};
  auto rejected = ask(
      std::chrono::minutes(1), [](engine::Context&) { throw InputError("conflict", "", "no"); }, once);
  arrive();
  turn();
  BOOST_TEST(rejected.get() == "conflict");
  BOOST_TEST(other->find_token(made.id).has_value());
  auto first = ask(
      std::chrono::minutes(1), [](engine::Context&) {}, once);
  arrive();
  turn();
  BOOST_TEST(first.get() == "done");
  auto second = ask(
      std::chrono::minutes(1), [this](engine::Context& context) { pause(context); }, once);
  arrive();
  turn();
  BOOST_TEST(second.get() == "unauthorized");
  BOOST_TEST(!paused());
}

BOOST_AUTO_TEST_CASE(full_and_closed_inboxes_say_so_at_once) {
  inbox->close();
  BOOST_TEST(ask(std::chrono::minutes(1), [](engine::Context&) {}).get() == "try_later");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface

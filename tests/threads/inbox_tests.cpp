#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "engine/inbox.h"
#include "tests/threads/wire.h"

using namespace std::chrono_literals;
using latchkey::InputError;
using latchkey::engine::HandedOver;
using latchkey::engine::Inbox;
using latchkey::engine::Item;
using latchkey::engine::Request;
using latchkey::engine::WaitEnded;
using latchkey::test::kPatience;

namespace {

Request request(const std::string& actor = "uid:1") {
  return {actor, [](latchkey::engine::Context&) {}, [] {}, [](std::exception_ptr) {}};
}

bool refused(Inbox& inbox) {
  try {
    inbox.put(request());
    return false;
  } catch (const InputError& error) {
    return error.code() == "try_later";
  }
}

std::vector<std::string> actors(const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const Item& item : items) names.push_back(std::get<Request>(item).actor);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inbox_tests)

BOOST_AUTO_TEST_CASE(full_inbox_refuses_requests_and_takes_reports) {
  Inbox inbox(2);
  inbox.put(request());
  inbox.put(request());
  BOOST_TEST(refused(inbox));
  inbox.put(WaitEnded{"job-1"});
  BOOST_TEST(inbox.take(1).size() == 1U);
  BOOST_TEST(!refused(inbox));
  BOOST_TEST(refused(inbox));
}

BOOST_AUTO_TEST_CASE(what_was_put_back_counts_again) {
  Inbox inbox(1);
  inbox.put(request());
  inbox.put_back(inbox.take(10));
  BOOST_TEST(refused(inbox));
}

BOOST_AUTO_TEST_CASE(what_was_put_back_stands_before_what_came_meanwhile) {
  Inbox inbox;
  inbox.put(request("first"));
  inbox.put(request("second"));
  auto taken = inbox.take(10);
  inbox.put(request("third"));
  inbox.put_back(std::move(taken));
  BOOST_TEST(actors(inbox.take(10)) == (std::vector<std::string>{"first", "second", "third"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(closed_inbox_still_takes_reports) {
  Inbox inbox;
  inbox.close();
  BOOST_TEST(refused(inbox));
  inbox.put(HandedOver{"job-1", 1, latchkey::job::Outcome::Accepted});
  BOOST_TEST(!inbox.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_between_many_threads_and_each_keeps_its_order) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  Inbox inbox;
  std::vector<std::jthread> callers;
  for (int thread = 0; thread < kThreads; ++thread) {
    callers.emplace_back([&inbox, thread] {
      for (int i = 0; i < kEach; ++i) inbox.put(HandedOver{std::to_string(thread), i, {}});
    });
  }
  std::vector<int> next(kThreads, 0);
  int seen = 0;
  bool in_order = true;
  while (seen < kThreads * kEach) {
    inbox.wait(kPatience);
    const std::vector<Item> taken = inbox.take(64);
    if (taken.empty()) break;
    for (const Item& item : taken) {
      const auto& report = std::get<HandedOver>(item);
      in_order = in_order && report.attempt == next.at(std::stoul(report.request_id))++;
      ++seen;
    }
  }
  BOOST_TEST(seen == kThreads * kEach);
  BOOST_TEST(in_order);
}

BOOST_AUTO_TEST_CASE(waiting_ends_when_something_comes) {
  Inbox inbox;
  std::promise<void> ended;
  std::jthread engine([&] {
    inbox.wait(1h);
    ended.set_value();
  });
  inbox.put(WaitEnded{"job-1"});
  BOOST_TEST((ended.get_future().wait_for(kPatience) == std::future_status::ready));
  inbox.wake();
}

BOOST_AUTO_TEST_CASE(wake_that_comes_before_the_wait_is_not_lost) {
  Inbox inbox;
  inbox.wake();
  std::promise<void> ended;
  std::jthread engine([&] {
    inbox.wait_for_wake(1h);
    ended.set_value();
  });
  BOOST_TEST((ended.get_future().wait_for(kPatience) == std::future_status::ready));
  inbox.wake();
}

BOOST_AUTO_TEST_SUITE_END()

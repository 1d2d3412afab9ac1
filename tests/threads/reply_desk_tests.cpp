#include <boost/test/unit_test.hpp>
#include <latch>
#include <thread>

#include "handover/reply_desk.h"
#include "tests/threads/wire.h"

using latchkey::Secret;
using latchkey::handover::Reply;
using latchkey::handover::ReplyDesk;
using latchkey::test::kPatience;

namespace {

Reply reply_with(const std::string& link) {
  Reply reply;
  reply.link = Secret(link);
  return reply;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_desk_tests)

BOOST_AUTO_TEST_CASE(each_waiting_caller_gets_the_link_of_its_own_job) {
  constexpr int kCallers = 8;
  ReplyDesk desk;
  std::vector<std::string> got(kCallers);
  std::latch open(kCallers + 1);
  std::vector<std::jthread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      const auto place = desk.open("job-" + std::to_string(i));
      open.arrive_and_wait();
      const auto reply = place->wait(kPatience);
      if (reply) got.at(static_cast<std::size_t>(i)) = reply->link.reveal();
    });
  }
  open.arrive_and_wait();
  BOOST_TEST(desk.waiting_for().size() == std::size_t{kCallers});
  for (int i = 0; i < kCallers; ++i) {
    const std::string id = std::to_string(i);
    BOOST_TEST(desk.deliver("job-" + id, reply_with("link-" + id)));
  }
  callers.clear();  // joins
  for (int i = 0; i < kCallers; ++i) {
    BOOST_TEST(got.at(static_cast<std::size_t>(i)) == "link-" + std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(caller_that_leaves_and_link_that_comes_agree_on_who_was_first) {
  for (int round = 0; round < 200; ++round) {
    ReplyDesk desk;
    const auto place = desk.open("job-1");
    std::latch both(2);
    bool delivered = false;
    bool left = false;
    std::jthread engine([&] {
      both.arrive_and_wait();
      delivered = desk.deliver("job-1", reply_with("link"));
    });
    std::jthread caller([&] {
      both.arrive_and_wait();
      left = place->leave();
    });
    engine.join();
    caller.join();
    BOOST_REQUIRE(delivered != left);
    BOOST_REQUIRE(place->wait(latchkey::Millis(0)).has_value() == delivered);
  }
}

BOOST_AUTO_TEST_CASE(second_caller_of_a_job_is_refused_until_the_first_has_gone) {
  ReplyDesk desk;
  auto first = desk.open("job-1");
  BOOST_TEST((desk.open("job-1") == nullptr));
  first.reset();
  BOOST_TEST(!desk.waiting("job-1"));
  BOOST_TEST((desk.open("job-1") != nullptr));
}

BOOST_AUTO_TEST_CASE(link_is_given_out_once) {
  ReplyDesk desk;
  const auto place = desk.open("job-1");
  BOOST_TEST(desk.deliver("job-1", reply_with("link")));
  BOOST_TEST(!desk.deliver("job-1", reply_with("another link")));
  BOOST_TEST(!desk.waiting("job-1"));
  BOOST_TEST(place->wait(kPatience)->link.reveal() == "link");
  BOOST_TEST(!place->wait(latchkey::Millis(0)).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_delivered_to_nobody) {
  ReplyDesk desk;
  BOOST_TEST(!desk.deliver("job-1", reply_with("link")));
  desk.open("job-1");
  BOOST_TEST(!desk.deliver("job-1", reply_with("link")));
}

BOOST_AUTO_TEST_SUITE_END()

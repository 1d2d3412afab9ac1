#include <boost/test/unit_test.hpp>

#include "handover/reply_desk.h"

namespace latchkey::handover {
namespace {

Reply with_link(const std::string& link) {
  Reply reply;
  reply.link = Secret(link);
  reply.attempt = 1;
  return reply;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_desk_tests)

BOOST_AUTO_TEST_CASE(reply_reaches_the_waiting_caller_once) {
  ReplyDesk desk;
  const auto place = desk.open("a");
  BOOST_TEST(desk.waiting("a"));
  BOOST_TEST(desk.deliver("a", with_link("https://l/1")));
  BOOST_TEST(!desk.waiting("a"));
  BOOST_TEST(!desk.deliver("a", with_link("https://l/2")));
  BOOST_TEST(place->wait(Millis(0)).value().link.reveal() == "https://l/1");
  BOOST_TEST(!place->wait(Millis(0)));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_what_was_never_opened) {
  ReplyDesk desk;
  BOOST_TEST(!desk.waiting("a"));
  BOOST_TEST(!desk.deliver("a", with_link("https://l/1")));
}

BOOST_AUTO_TEST_CASE(one_caller_waits_for_one_request) {
  ReplyDesk desk;
  auto place = desk.open("a");
  BOOST_TEST((desk.open("a") == nullptr));
  BOOST_TEST((desk.open("b") != nullptr));
  place.reset();
  BOOST_TEST((desk.open("a") != nullptr));
}

BOOST_AUTO_TEST_CASE(caller_who_has_left_gets_nothing) {
  ReplyDesk desk;
  const auto place = desk.open("a");
  BOOST_TEST(place->leave());
  BOOST_TEST(!desk.waiting("a"));
  BOOST_TEST(!desk.deliver("a", with_link("https://l/1")));
  BOOST_TEST(!place->wait(Millis(0)));
}

BOOST_AUTO_TEST_CASE(caller_who_has_vanished_gets_nothing) {
  ReplyDesk desk;
  auto place = desk.open("a");
  place.reset();
  BOOST_TEST(!desk.waiting("a"));
  BOOST_TEST(!desk.deliver("a", with_link("https://l/1")));
}

BOOST_AUTO_TEST_CASE(caller_who_leaves_too_late_is_told_to_take_what_is_there) {
  ReplyDesk desk;
  const auto place = desk.open("a");
  BOOST_TEST(desk.deliver("a", with_link("https://l/1")));
  BOOST_TEST(!place->leave());
  BOOST_TEST(place->wait(Millis(0)).has_value());
}

BOOST_AUTO_TEST_CASE(list_of_waiting_callers_holds_those_who_wait) {
  ReplyDesk desk;
  const auto a = desk.open("a");
  const auto b = desk.open("b");
  auto c = desk.open("c");
  const auto d = desk.open("d");
  b->leave();
  c.reset();
  desk.deliver("d", with_link("https://l/1"));
  const std::vector<std::string> waiting = desk.waiting_for();
  BOOST_REQUIRE_EQUAL(waiting.size(), 1U);
  BOOST_TEST(waiting.front() == "a");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::handover

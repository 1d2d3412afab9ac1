#include "engine/inbox.h"

#include <boost/test/unit_test.hpp>

namespace latchkey::engine {
namespace {

Request request(const std::string& actor, std::string* told = nullptr) {
  return Request{actor, [](Context&) {}, [] {},
                 [told](std::exception_ptr why) {
                   try {
                     std::rethrow_exception(why);
                   } catch (const InputError& error) {
                     if (told != nullptr) *told = error.code();
                   }
                 }};
}

std::string put_code(Inbox& inbox, Item item) {
  try {
    inbox.put(std::move(item));
    return "taken";
  } catch (const InputError& error) {
    return error.code();
  }
}

std::string actor_of(const Item& item) { return std::get<Request>(item).actor; }

}  // namespace

BOOST_AUTO_TEST_SUITE(inbox_tests)

BOOST_AUTO_TEST_CASE(oldest_first_and_no_more_than_asked_for) {
  Inbox inbox;
  for (const char* actor : {"a", "b", "c"}) inbox.put(request(actor));
  auto taken = inbox.take(2);
  BOOST_REQUIRE_EQUAL(taken.size(), 2U);
  BOOST_TEST(actor_of(taken[0]) == "a");
  BOOST_TEST(actor_of(taken[1]) == "b");
  BOOST_TEST(!inbox.empty());
  inbox.put_back(std::move(taken));
  taken = inbox.take(9);
  BOOST_REQUIRE_EQUAL(taken.size(), 3U);
  BOOST_TEST(actor_of(taken[0]) == "a");
  BOOST_TEST(actor_of(taken[2]) == "c");
  BOOST_TEST(inbox.empty());
}

BOOST_AUTO_TEST_CASE(full_inbox_refuses_requests_and_takes_every_report) {
  Inbox inbox(2);
  inbox.put(WaitEnded{"x"});
  inbox.put(request("a"));
  inbox.put(request("b"));
  BOOST_TEST(put_code(inbox, request("c")) == "try_later");
  BOOST_TEST(put_code(inbox, HandedOver{}) == "taken");
  BOOST_TEST(put_code(inbox, NewCredentials{}) == "taken");
  BOOST_TEST(put_code(inbox, Finished{}) == "taken");
  auto taken = inbox.take(2);  // one report, one request
  BOOST_TEST(put_code(inbox, request("c")) == "taken");
  inbox.put_back(std::move(taken));
  BOOST_TEST(put_code(inbox, request("d")) == "try_later");
  BOOST_TEST(inbox.take(99).size() == 7U);
  BOOST_TEST(put_code(inbox, request("e")) == "taken");
}

BOOST_AUTO_TEST_CASE(closed_inbox_refuses_requests_and_takes_every_report) {
  Inbox inbox;
  inbox.put(request("a"));
  inbox.close();
  BOOST_TEST(put_code(inbox, request("b")) == "try_later");
  BOOST_TEST(put_code(inbox, WaitEnded{"x"}) == "taken");
  BOOST_TEST(inbox.take(9).size() == 2U);
}

BOOST_AUTO_TEST_CASE(abandoned_inbox_answers_who_waits) {
  Inbox inbox;
  std::string told;
  inbox.put(WaitEnded{"x"});
  inbox.put(request("a", &told));
  inbox.abandon();
  BOOST_TEST(told == "try_later");
  BOOST_TEST(inbox.empty());
  BOOST_TEST(put_code(inbox, request("b")) == "try_later");
}

BOOST_AUTO_TEST_CASE(wait_ends_at_once_when_something_is_there_or_was_woken) {
  Inbox inbox;
  inbox.wake();
  inbox.wait(std::chrono::hours(1));
  inbox.wake();
  inbox.wait_for_wake(std::chrono::hours(1));
  inbox.put(WaitEnded{"x"});
  inbox.wait(std::chrono::hours(1));
  inbox.wait_for_wake(Millis(1));  // what is in it does not matter here
  BOOST_TEST(!inbox.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

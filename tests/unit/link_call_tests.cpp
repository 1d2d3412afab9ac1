#include <boost/test/unit_test.hpp>
#include <thread>

#include "support/fake_clock.h"
#include "support/seeded_random.h"
#include "surface/link_call.h"

namespace latchkey::surface {
namespace {

using job::Outcome;

handover::Reply with_link() {
  handover::Reply reply;
  reply.link = Secret("https://l/1");
  reply.attempt = 4;
  return reply;
}

// A caller on a thread of its own, and what it left in the inbox when it had gone.
class Caller {
 public:
  explicit Caller(const std::string& body) : body_(body) {
    thread_ = std::thread([this] { run(); });
  }
  ~Caller() {
    if (thread_.joinable()) thread_.join();
  }
  /// Its request, once it is there.
  engine::Request request() {
    inbox.wait(std::chrono::minutes(1));
    auto items = inbox.take(1);
    BOOST_REQUIRE_EQUAL(items.size(), 1U);
    return std::get<engine::Request>(std::move(items.front()));
  }
  std::vector<engine::Item> left() {
    thread_.join();
    return inbox.take(9);
  }

  engine::Inbox inbox;
  handover::ReplyDesk desk;
  std::string told;  ///< the link, or the code of the error

 private:
  void run() {
    FakeClock clock;
    SeededRandom random(1);
    try {
      LinkCall call(body_, Config(), clock.now().wall, random);
      const handover::Reply reply = call.mint(Secret("lk_token"), inbox, desk);
      told = reply.link.reveal();
    } catch (const InputError& error) {
      told = error.code();
    }
  }

  std::string body_;
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(link_call_tests)

BOOST_AUTO_TEST_CASE(caller_gets_its_link_and_reports_whether_it_was_written) {
  Caller caller(R"({"customerId":"cus_1","requestId":"a"})");
  const engine::Request request = caller.request();
  request.committed();
  caller.desk.deliver("a", with_link());
  const auto left = caller.left();
  BOOST_TEST(caller.told == "https://l/1");
  BOOST_REQUIRE_EQUAL(left.size(), 1U);
  const auto& report = std::get<engine::HandedOver>(left.front());
  BOOST_TEST(report.attempt == 4);
  BOOST_TEST((report.outcome == Outcome::Unknown));  // nobody said that it was written
}

// A repeated request has the place at the desk for as long as it takes to reject it. The earlier caller's
// link may come in that time.
BOOST_AUTO_TEST_CASE(link_that_comes_to_a_rejected_caller_is_reported_as_not_handed_over) {
  Caller caller(R"({"customerId":"cus_1","requestId":"a"})");
  const engine::Request request = caller.request();
  BOOST_TEST(caller.desk.deliver("a", with_link()));
  request.failed(std::make_exception_ptr(InputError("link_gone", "requestId", "was used")));
  const auto left = caller.left();
  BOOST_TEST(caller.told == "link_gone");
  BOOST_REQUIRE_EQUAL(left.size(), 1U);
  const auto& report = std::get<engine::HandedOver>(left.front());
  BOOST_TEST(report.request_id == "a");
  BOOST_TEST(report.attempt == 4);
  BOOST_TEST((report.outcome == Outcome::NotSent));
}

BOOST_AUTO_TEST_CASE(caller_without_a_link_has_nothing_to_report) {
  Caller caller(R"({"customerId":"cus_1","requestId":"a"})");
  const engine::Request request = caller.request();
  request.committed();
  caller.desk.deliver("a", handover::Reply{});
  BOOST_TEST(caller.left().empty());
  BOOST_TEST(caller.told.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface

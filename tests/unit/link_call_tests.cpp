#include <boost/test/unit_test.hpp>
#include <thread>

#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"
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

// A database in which nomos is on.
class Door {
 public:
  Door() {
    store::create_database(folder_ / "latchkey.db", clock_);
    store_.emplace(folder_ / "latchkey.db", clock_);
    settings_.of(job::Provider::Nomos).on = true;
  }
  /// What the engine's turn does with a request.
  void take(const engine::Request& request) {
    store::Transaction transaction(*store_);
    engine::Forecasts forecasts(*store_, settings_, transaction.now().wall);
    engine::Context context{*store_, random_, settings_, forecasts, transaction.now(), ""};
    request.apply(context);
    transaction.commit();
    request.committed();
  }

 private:
  TempDir folder_;
  FakeClock clock_;
  SeededRandom random_{7};
  engine::Settings settings_;
  std::optional<store::SqliteStore> store_;
};

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

  Door door;
  engine::Inbox inbox;
  handover::ReplyDesk desk;
  std::string told;  ///< the link, or the code of the error

 private:
  void run() {
    FakeClock clock;
    SeededRandom random(1);
    try {
      LinkCall call(body_, Config(), clock.now().wall, random);
      const handover::Reply reply = call.mint({"token:tk_1", "tk_1", false}, inbox, desk);
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
  caller.door.take(request);
  caller.desk.deliver("a", with_link());
  const auto left = caller.left();
  BOOST_TEST(caller.told == "https://l/1");
  BOOST_REQUIRE_EQUAL(left.size(), 1U);
  const auto& report = std::get<engine::HandedOver>(left.front());
  BOOST_TEST(report.attempt == 4);
  BOOST_TEST((report.outcome == Outcome::Unknown));  // nobody said that it was written
}

BOOST_AUTO_TEST_CASE(caller_without_a_link_has_nothing_to_report) {
  Caller caller(R"({"customerId":"cus_1","requestId":"a"})");
  const engine::Request request = caller.request();
  caller.door.take(request);
  caller.desk.deliver("a", handover::Reply{});
  BOOST_TEST(caller.left().empty());
  BOOST_TEST(caller.told.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface

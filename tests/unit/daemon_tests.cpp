// The engine's thread with real workers, on a clock that the test moves. Nothing here waits for time to pass: what is
// waited for is told by a provider, a caller or the thread's end, and a minute later the test has failed.
#include "engine/daemon.h"

#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "engine/operations.h"
#include "engine/submit.h"
#include "store/sqlite_store.h"
#include "support/engine_rig.h"
#include "support/fake_http_client.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Provider;
using ledger::EntryType;
using test::EngineRig;
using test::mail;
using std::chrono::hours;
using std::chrono::minutes;

constexpr auto kMuchTooLong = std::chrono::minutes(1);

// Accepts every call, and says when it gets one.
class Accepting final : public provider::Provider {
 public:
  provider::Result call(const provider::Call&, HttpClient&) override {
    const std::lock_guard lock(mutex_);
    ++calls_;
    called_.notify_all();
    return test::accepted();
  }
  provider::Check check(HttpClient&) override { return {}; }
  bool reload_credentials() override { return false; }

  bool had(int calls) {
    std::unique_lock lock(mutex_);
    return called_.wait_for(lock, kMuchTooLong, [&] { return calls_ >= calls; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable called_;
  int calls_ = 0;
};

// A daemon on the database of a rig, whose own engine stands still.
class Running {
 public:
  explicit Running(EngineRig& rig, std::size_t requests_max = 100)
      : store_(rig.folder / "latchkey.db", rig.clock, store::Access::ReadWrite, Millis(0)),
        inbox(requests_max),
        workers_(
            4, {[this](Provider) -> provider::Provider& { return provider; }, [](Provider) {
                  return std::make_unique<FakeHttpClient>();
                }},
            inbox, rig.clock),
        engine_(Parts{store_, rig.random, inbox, workers_, *rig.desk, rig.fingerprint_key}, rig.settings),
        daemon_(engine_, workers_, inbox, store_, rig.clock, signals,
                {std::chrono::seconds(30), [this](Provider) {
                   const bool first = ++reloads == 1;
                   if (reloads == 3) resumed.set_value();  // both by the signal, then the one that is resumed
                   return first;
                 }}) {
    thread_ = std::thread([this] {
      try {
        daemon_.run();
        ended.set_value("stopped");
      } catch (const store::EpochLost&) {
        ended.set_value("epoch lost");
      }
    });
  }
  ~Running() {
    signals.stop = 2;
    thread_.join();
  }
  std::string end() {
    auto future = ended.get_future();
    return future.wait_for(kMuchTooLong) == std::future_status::ready ? future.get() : "goes on and on";
  }

 private:
  store::SqliteStore store_;

 public:
  Accepting provider;
  Inbox inbox;
  Signals signals;
  std::atomic<int> reloads{0};
  std::promise<void> resumed;
  std::promise<std::string> ended;

 private:
  Workers workers_;
  Engine engine_;
  Daemon daemon_;
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(daemon_tests)

BOOST_AUTO_TEST_CASE(job_of_another_process_is_seen_and_a_stop_leaves_it_done) {
  EngineRig rig;
  Running running(rig);
  rig.command([](Context& context) { submit(context, mail("a")); });
  BOOST_TEST(running.provider.had(1));
  running.signals.stop = 1;
  BOOST_TEST(running.end() == "stopped");
  BOOST_TEST(rig.state("a") == "done");
  BOOST_TEST(rig.entries(EntryType::DaemonStop).size() == 1U);
  BOOST_CHECK_THROW(running.inbox.put(Request{}), InputError);
}

BOOST_AUTO_TEST_CASE(clock_that_is_set_back_prolongs_no_wait) {
  EngineRig rig([](Settings& settings) { settings.of(Provider::Mayar).rate = job::parse_rate("1/min").value(); });
  Running running(rig);
  rig.command([](Context& context) {
    submit(context, mail("a"));
    submit(context, mail("b"));
  });
  BOOST_TEST(running.provider.had(1));
  rig.clock.step_wall(-hours(1));
  rig.clock.advance(minutes(1));
  BOOST_TEST(running.provider.had(2));
}

BOOST_AUTO_TEST_CASE(new_key_files_end_an_automatic_pause_even_when_the_inbox_is_full) {
  EngineRig rig;
  rig.command([](Context& context) { pause_automatically(context, Provider::Mayar, Code::Unauthorized); });
  Running running(rig, 0);
  running.signals.reload = true;
  BOOST_TEST((running.resumed.get_future().wait_for(kMuchTooLong) == std::future_status::ready));
  BOOST_TEST(!rig.other->gate(Provider::Mayar).paused);
  running.signals.stop = 1;
  BOOST_TEST(running.end() == "stopped");
}

BOOST_AUTO_TEST_CASE(daemon_that_has_lost_the_database_ends_and_leaves_nobody_waiting) {
  EngineRig rig;
  Running running(rig);
  rig.command([](Context& context) { submit(context, mail("a")); });
  BOOST_TEST(running.provider.had(1));
  rig.command([](Context& context) { context.store.take_epoch(); });
  BOOST_TEST(running.end() == "epoch lost");
  BOOST_CHECK_THROW(running.inbox.put(Request{}), InputError);
}

BOOST_AUTO_TEST_CASE(busy_database_is_waited_for) {
  EngineRig rig;
  Running running(rig);
  rig.command([](Context& context) { submit(context, mail("a")); });
  BOOST_TEST(running.provider.had(1));
  std::promise<void> stored;
  {
    store::Transaction of_another(*rig.other);
    running.inbox.put(Request{"token:tk_1", [](Context& context) { submit(context, mail("b")); },
                              [&] { stored.set_value(); }, [](std::exception_ptr) {}});
  }
  BOOST_TEST((stored.get_future().wait_for(kMuchTooLong) == std::future_status::ready));
  BOOST_TEST(running.provider.had(2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

// The turn itself: what is durable before what, what a failed turn leaves, when the next one is due, how it
// ends.
#include <signal.h>
#include <sys/resource.h>

#include <boost/test/unit_test.hpp>

#include "engine/engine.h"
#include "engine/operations.h"
#include "engine/submit.h"
#include "store/sqlite_store.h"
#include "support/engine_rig.h"
#include "support/faulty_store.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::Outcome;
using job::Provider;
using ledger::EntryType;
using std::chrono::minutes;
using std::chrono::seconds;
using test::accepted;
using test::ended;
using test::EngineRig;
using test::HeldCalls;
using test::link;
using test::mail;
using test::minted;

// Dispatches nothing whose intent another process cannot see.
class SuspiciousWorkers final : public Dispatcher {
 public:
  explicit SuspiciousWorkers(store::Store& other) : other_(other) {}
  int idle() override { return 64; }
  void dispatch(Attempt attempt) override {
    const auto job = other_.find_job(attempt.request_id);
    BOOST_TEST((job && job->standing.step == job::Step::Calling && job->attempts == attempt.number));
    ++dispatched;
  }
  int dispatched = 0;

 private:
  store::Store& other_;
};

// The engine on a store whose operations can be made to fail.
struct Fragile {
  explicit Fragile(EngineRig& rig)
      : store(
            std::make_unique<store::SqliteStore>(rig.folder / "latchkey.db", rig.clock,
                                                 store::Access::ReadWrite, Millis(0)),
            [this](const char* operation) {
              if (operation == failing) throw Error("the disk is full");
            },
            [] {}),
        workers(rig.settings.workers),
        engine(Parts{store, rig.random, *rig.inbox, workers, *rig.couriers, *rig.desk, *rig.links,
                     rig.denials, rig.fingerprint_key},
               rig.settings) {
    engine.start();
  }
  std::string failing;
  test::FaultyStore store;
  HeldCalls workers;
  Engine engine;
};

// While it lives, no file of this process can grow beyond `bytes`: a full disk, in effect.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : before_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit low{bytes, limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &low);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    signal(SIGXFSZ, before_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit limit_{};
  void (*before_)(int);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(engine_tests)

BOOST_AUTO_TEST_CASE(intent_is_durable_before_its_call_is_dispatched) {
  EngineRig rig;
  SuspiciousWorkers workers(*rig.other);
  store::SqliteStore store(rig.folder / "latchkey.db", rig.clock);
  Engine engine(Parts{store, rig.random, *rig.inbox, workers, *rig.couriers, *rig.desk, *rig.links,
                      rig.denials, rig.fingerprint_key},
                rig.settings);
  engine.start();
  for (int i = 0; i < 10; ++i) rig.ask(mail("mail-" + std::to_string(i)));
  engine.turn();
  BOOST_TEST(workers.dispatched == 10);
}

BOOST_AUTO_TEST_CASE(failed_commit_answers_dispatches_and_spends_nothing) {
  EngineRig rig(
      [](Settings& settings) { settings.of(Provider::Mayar).rate = job::parse_rate("20/min").value(); });
  Fragile fragile(rig);
  const auto before = rig.entries();
  rig.ask(mail("a"));
  fragile.failing = "commit";
  BOOST_CHECK_THROW(fragile.engine.turn(), Error);
  BOOST_TEST(rig.answer("a") == "try_later");
  BOOST_TEST(fragile.workers.calls.empty());
  BOOST_TEST(rig.entries() == before);
  BOOST_TEST(fragile.engine.idle());
  fragile.failing.clear();
  rig.ask(mail("a"));
  fragile.engine.turn();
  BOOST_TEST(rig.answer("a") == "stored");
  BOOST_TEST(fragile.workers.calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(busy_database_keeps_requests_for_the_next_turn) {
  EngineRig rig;
  rig.ask(mail("a"));
  {
    store::Transaction of_another(*rig.other);
    BOOST_CHECK_THROW(rig.turn(), store::StoreBusy);
  }
  BOOST_TEST(rig.answer("a").empty());
  rig.turn();
  BOOST_TEST(rig.answer("a") == "stored");
}

BOOST_AUTO_TEST_CASE(results_of_a_failed_turn_are_applied_by_the_next) {
  EngineRig rig;
  Fragile fragile(rig);
  const auto place = rig.desk->open("link");
  rig.ask(mail("mail"));
  rig.ask(link("link"));
  fragile.engine.turn();
  BOOST_REQUIRE_EQUAL(fragile.workers.calls.size(), 2U);
  for (const Attempt& attempt : fragile.workers.calls) {
    rig.inbox->put(
        Finished{attempt, attempt.provider == Provider::Mayar ? accepted() : minted("https://l/1")});
  }
  fragile.workers.calls.clear();
  for (const char* operation : {"update_job", "append", "commit"}) {
    fragile.failing = operation;
    BOOST_CHECK_THROW(fragile.engine.turn(), Error);
    BOOST_TEST(!place->wait(Millis(0)));
    BOOST_TEST(rig.state("mail") == "running");
  }
  fragile.failing.clear();
  fragile.engine.turn();
  BOOST_TEST(rig.state("mail") == "done");
  const auto reply = place->wait(Millis(0));
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->link.reveal() == "https://l/1");  // whole, although turns in between had it in hand
  BOOST_TEST(rig.entries(EntryType::AttemptResult).size() == 2U);
  rig.inbox->put(HandedOver{"link", 1, Outcome::Accepted});
  fragile.failing = "commit";
  BOOST_CHECK_THROW(fragile.engine.turn(), Error);
  BOOST_TEST(!fragile.engine.idle());
  fragile.failing.clear();
  fragile.engine.turn();
  BOOST_TEST(rig.state("link") == "done");
  BOOST_TEST(fragile.engine.idle());
}

BOOST_AUTO_TEST_CASE(share_of_a_failed_turn_is_not_lost) {
  EngineRig rig([](Settings& settings) { settings.workers = 1; });
  Fragile fragile(rig);
  rig.ask(mail("a"));
  rig.ask(mail("b"));
  fragile.engine.turn();
  rig.inbox->put(Finished{fragile.workers.calls.front(), accepted()});
  fragile.workers.calls.clear();
  fragile.failing = "commit";
  BOOST_CHECK_THROW(fragile.engine.turn(), Error);
  fragile.failing.clear();
  fragile.engine.turn();
  BOOST_REQUIRE_EQUAL(fragile.workers.calls.size(), 1U);
  BOOST_TEST(fragile.workers.calls.front().request_id == "b");
}

// SQLite rolls back by itself then, and the savepoint of the item is gone before it can be rolled back.
BOOST_AUTO_TEST_CASE(disk_that_fills_up_in_the_middle_of_an_item_fails_the_turn_and_nothing_else) {
  EngineRig rig;
  const auto before = rig.entries();
  std::string told;
  const auto much = Request{"token:tk_1",
                            [](Context& context) {
                              for (int i = 0; i < 10'000; ++i)
                                submit(context, mail("mail-" + std::to_string(i)));
                            },
                            [] { BOOST_ERROR("it was not stored"); },
                            [&](std::exception_ptr why) {
                              try {
                                std::rethrow_exception(why);
                              } catch (const InputError& error) {
                                told = error.code();
                              }
                            }};
  rig.inbox->put(much);
  {
    const FullDisk full(1 << 20);
    BOOST_CHECK_THROW(rig.turn(), Error);
  }
  BOOST_TEST(told == "try_later");
  BOOST_TEST(rig.entries() == before);
  rig.ask(mail("a"));
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
}

BOOST_AUTO_TEST_CASE(turn_takes_a_thousand_items_and_comes_back_for_the_rest) {
  EngineRig rig;
  rig.command([](Context& context) { pause(context, Provider::Mayar, "maintenance"); });
  for (int i = 0; i < 1001; ++i) rig.ask(mail("mail-" + std::to_string(i)));
  BOOST_TEST(rig.turn().at_once);
  BOOST_TEST(rig.answer("mail-999") == "stored");
  BOOST_TEST(rig.answer("mail-1000").empty());
  BOOST_TEST(!rig.turn().at_once);
  BOOST_TEST(rig.answer("mail-1000") == "stored");
  // The same for what falls due and what goes stale.
  rig.clock.advance(minutes(15));
  BOOST_TEST(rig.turn().at_once);
  BOOST_TEST(!rig.turn().at_once);
  BOOST_TEST(rig.state("mail-1000") == "stale");
}

BOOST_AUTO_TEST_CASE(turn_without_anything_to_do_writes_nothing_and_needs_no_other) {
  EngineRig rig;
  const auto before = rig.entries();
  const Wake wake = rig.turn();
  BOOST_TEST(!wake.at_once);
  BOOST_TEST(!wake.wall);
  BOOST_TEST(!wake.boot);
  BOOST_TEST(rig.entries() == before);
}

BOOST_AUTO_TEST_CASE(write_of_another_process_is_noticed_until_a_turn_has_seen_it) {
  EngineRig rig;
  rig.turn();
  BOOST_TEST(!rig.heart().others_have_written());
  rig.command([](Context& context) { submit(context, mail("a")); });
  BOOST_TEST(rig.heart().others_have_written());
  BOOST_TEST(rig.heart().others_have_written());
  rig.turn();
  BOOST_TEST(!rig.heart().others_have_written());
  BOOST_TEST(rig.state("a") == "running");
}

BOOST_AUTO_TEST_CASE(caller_hears_of_what_another_process_did_to_its_job) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.command([](Context& context) { pause(context, Provider::Nomos, "maintenance"); });
  rig.ask(link("a"));
  rig.turn();
  rig.command([](Context& context) { cancel(context, "a", ""); });
  rig.turn();
  const auto reply = place->wait(Millis(0));
  BOOST_REQUIRE(reply);
  BOOST_TEST((reply->state == job::State::Cancelled));
}

BOOST_AUTO_TEST_CASE(caller_hears_that_its_job_went_stale) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.command([](Context& context) { pause(context, Provider::Nomos, "maintenance"); });
  rig.ask(link("a"));
  rig.turn();
  rig.clock.advance(minutes(15));
  rig.turn();
  const auto reply = place->wait(Millis(0));
  BOOST_REQUIRE(reply);
  BOOST_TEST((reply->state == job::State::Stale));
}

BOOST_AUTO_TEST_CASE(caller_who_leaves_ends_the_queued_job) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.command([](Context& context) { pause(context, Provider::Nomos, "maintenance"); });
  rig.ask(link("a"));
  rig.turn();
  place->leave();
  rig.inbox->put(WaitEnded{"a"});
  rig.inbox->put(WaitEnded{"was rejected at the door"});
  rig.turn();
  BOOST_TEST(rig.end("a") == "cancelled caller_gone");
}

BOOST_AUTO_TEST_CASE(caller_who_leaves_after_a_call_was_made_leaves_a_failed_job) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  rig.finish_call(ended(Outcome::NotSent, Code::Connect));
  rig.turn();
  place->leave();
  rig.inbox->put(WaitEnded{"a"});
  rig.turn();
  BOOST_TEST(rig.end("a") == "failed caller_gone");
}

BOOST_AUTO_TEST_CASE(leaving_does_not_touch_a_call_under_way_or_a_mail) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  rig.command([](Context& context) { pause(context, Provider::Mayar, "maintenance"); });
  rig.ask(mail("b"));
  rig.turn();
  rig.inbox->put(WaitEnded{"a"});
  rig.inbox->put(WaitEnded{"b"});
  rig.turn();
  BOOST_TEST(rig.state("a") == "running");
  BOOST_TEST(rig.state("b") == "queued");
}

// Between the turn that found the caller waiting and the delivery after its commit.
BOOST_AUTO_TEST_CASE(caller_who_leaves_in_the_last_moment_gets_no_link_and_the_job_says_so) {
  EngineRig rig;
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  rig.finish_call(minted("https://l/1"));
  rig.inbox->put(Request{"token:tk_1", [](Context&) {}, [&] { place->leave(); }, [](std::exception_ptr) {}});
  const Wake wake = rig.turn();
  BOOST_TEST(wake.at_once);
  BOOST_TEST(!place->wait(Millis(0)));
  rig.turn();
  BOOST_TEST(rig.end("a") == "failed caller_gone");
  BOOST_TEST((rig.entries(EntryType::HandoverResult).front().outcome == Outcome::NotSent));
  BOOST_TEST(rig.heart().idle());
}

// --- pauses and credentials

BOOST_AUTO_TEST_CASE(new_credentials_end_an_automatic_pause_and_not_a_persons) {
  EngineRig rig;
  std::vector<Provider> told;
  rig.heart().on_resumed([&](Provider provider) { told.push_back(provider); });
  rig.command([](Context& context) {
    pause_automatically(context, Provider::Mayar, Code::Unauthorized);
    pause(context, Provider::Nomos, "maintenance");
  });
  rig.turn();
  BOOST_TEST(told.empty());
  rig.inbox->put(NewCredentials{Provider::Mayar});
  rig.inbox->put(NewCredentials{Provider::Nomos});
  rig.turn();
  BOOST_TEST(!rig.other->gate(Provider::Mayar).paused);
  BOOST_TEST(rig.other->gate(Provider::Nomos).paused);
  BOOST_REQUIRE_EQUAL(told.size(), 1U);
  BOOST_TEST((told.front() == Provider::Mayar));
}

BOOST_AUTO_TEST_CASE(resume_by_another_process_is_told_even_after_a_restart) {
  EngineRig rig;
  rig.command([](Context& context) { pause(context, Provider::Nomos, "maintenance"); });
  rig.crash_and_restart();
  int told = 0;
  rig.heart().on_resumed([&](Provider) { ++told; });
  rig.turn();
  rig.command([](Context& context) { resume(context, Provider::Nomos, ""); });
  rig.turn();
  rig.turn();
  BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_CASE(new_credentials_survive_a_turn_that_fails) {
  EngineRig rig;
  Fragile fragile(rig);
  rig.command([](Context& context) { pause_automatically(context, Provider::Mayar, Code::Unauthorized); });
  rig.inbox->put(NewCredentials{Provider::Mayar});
  fragile.failing = "commit";
  BOOST_CHECK_THROW(fragile.engine.turn(), Error);
  fragile.failing.clear();
  fragile.engine.turn();
  BOOST_TEST(!rig.other->gate(Provider::Mayar).paused);
}

BOOST_AUTO_TEST_CASE(resumed_provider_gets_another_first_401) {
  EngineRig rig;
  auto refused = ended(Outcome::Rejected, Code::Unauthorized, 401);
  const auto place = rig.desk->open("a");
  rig.start(link("a"));
  for (const std::uint64_t token : {1U, 2U}) {
    refused.credential = token;
    rig.finish_call(refused);
    rig.turn();
  }
  BOOST_REQUIRE(rig.other->gate(Provider::Nomos).paused);
  rig.command([](Context& context) { resume(context, Provider::Nomos, ""); });
  rig.turn();
  refused.credential = 3;
  rig.finish_call(refused);
  rig.turn();
  BOOST_TEST(!rig.other->gate(Provider::Nomos).paused);
}

// --- the end

BOOST_AUTO_TEST_CASE(stopping_engine_takes_nothing_more_and_lets_calls_end) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.heart().stop_taking();
  rig.ask(mail("b"));
  rig.turn();
  BOOST_TEST(rig.answer("b") == "stored");
  BOOST_TEST(rig.state("b") == "queued");
  BOOST_TEST(!rig.heart().idle());
  rig.finish_call(accepted());
  rig.turn();
  BOOST_TEST(rig.heart().idle());
  rig.heart().finish();
  BOOST_TEST(rig.state("a") == "done");
  BOOST_TEST(rig.entries(EntryType::DaemonStop).front().epoch.value() == 1);
}

BOOST_AUTO_TEST_CASE(waiting_callers_are_sent_away_when_the_engine_stops) {
  EngineRig rig;
  const auto queued = rig.desk->open("queued");
  const auto tried = rig.desk->open("tried");
  rig.start(link("tried"));
  rig.command([](Context& context) { pause(context, Provider::Nomos, "maintenance"); });
  rig.ask(link("queued"));
  rig.turn();
  rig.heart().stop_taking();
  rig.finish_call(ended(Outcome::NotSent, Code::Connect));
  rig.turn();
  BOOST_TEST(rig.end("queued") == "cancelled shutdown");
  BOOST_TEST(rig.end("tried") == "failed shutdown");
  BOOST_TEST((queued->wait(Millis(0)).value().code == Code::Shutdown));
  BOOST_TEST((tried->wait(Millis(0)).value().code == Code::Shutdown));
}

// Somebody asks for a link with the requestId of a queued mail, which will be a conflict.
BOOST_AUTO_TEST_CASE(stop_does_not_end_a_mail_whose_request_id_a_caller_uses) {
  EngineRig rig;
  rig.command([](Context& context) { pause(context, Provider::Mayar, "maintenance"); });
  rig.ask(mail("a"));
  rig.turn();
  const auto place = rig.desk->open("a");
  rig.heart().stop_taking();
  rig.turn();
  rig.heart().finish();
  BOOST_TEST(rig.state("a") == "queued");
}

BOOST_AUTO_TEST_CASE(end_that_cannot_be_written_leaves_requests_to_be_told) {
  EngineRig rig;
  Fragile fragile(rig);
  rig.ask(mail("a"));
  fragile.failing = "commit";
  BOOST_CHECK_THROW(fragile.engine.finish(), Error);
  BOOST_TEST(rig.answer("a") == "try_later");
}

BOOST_AUTO_TEST_CASE(what_is_open_at_the_end_is_unknown) {
  EngineRig rig;
  rig.start(mail("a"));
  const auto place = rig.desk->open("b");
  rig.start(link("b"));
  rig.heart().stop_taking();
  rig.heart().finish();
  BOOST_TEST(rig.end("a") == "held shutdown");
  BOOST_TEST(rig.end("b") == "failed shutdown");
  BOOST_TEST((place->wait(Millis(0)).value().state == job::State::Failed));
}

BOOST_AUTO_TEST_CASE(what_is_in_the_inbox_at_the_end_is_still_done) {
  EngineRig rig;
  rig.start(mail("a"));
  rig.heart().stop_taking();
  rig.turn();
  rig.finish_call(accepted());
  rig.ask(mail("b"));
  rig.heart().finish();
  BOOST_TEST(rig.state("a") == "done");
  BOOST_TEST(rig.answer("b") == "stored");
  BOOST_TEST(rig.state("b") == "queued");
}

BOOST_AUTO_TEST_CASE(clock_that_was_set_before_the_end_is_seen) {
  EngineRig rig;
  rig.clock.step_wall(-minutes(10));
  rig.heart().finish();
  BOOST_TEST(rig.entries(EntryType::ClockJump).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::engine

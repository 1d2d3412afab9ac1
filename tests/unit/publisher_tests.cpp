
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "base/crypto.h"
#include "engine/fork.h"
#include "engine/operations.h"
#include "engine/publisher.h"
#include "engine/restoration.h"
#include "ledger/checkpoint.h"
#include "support/engine_rig.h"
#include "support/memory_anchors.h"

using namespace latchkey;
using namespace latchkey::engine;
using namespace std::chrono_literals;

namespace {

// A ledger and its publisher.
struct Published : test::EngineRig {
  Secret key{std::string(32, 's')};
  test::MemoryAnchors anchors;
  std::unique_ptr<Publisher> publisher;

  Published() { publisher = std::make_unique<Publisher>(*other, anchors, key); }
  void add_entry() {
    command([](Context& context) { engine::pause(context, job::Provider::Mayar, "a test"); });
  }
  ledger::Checkpoint published() {
    return ledger::verified_checkpoint(anchors.checkpoint.value(),
                                       {publisher->origin(), ed25519_public_key(key)})
        .value();
  }
  std::vector<std::string> reasons() const {
    std::vector<std::string> found;
    for (const auto& line : anchors.lines) found.push_back(line.why);
    return found;
  }
  void tick() { publisher->tick(clock.now()); }
};

using Reasons = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(publisher_tests)

BOOST_FIXTURE_TEST_CASE(first_look_publishes_and_logs_the_start, Published) {
  tick();
  BOOST_TEST(published().size == entries());
  BOOST_TEST(reasons() == (Reasons{"start"}), boost::test_tools::per_element());
  BOOST_TEST(other->last_checkpoint().value() == anchors.checkpoint.value());
}

BOOST_FIXTURE_TEST_CASE(growth_is_published_once_a_second_at_most, Published) {
  tick();
  for (int i = 0; i < 10; ++i) {
    add_entry();
    clock.advance(100ms);
    tick();
  }
  BOOST_TEST(anchors.published == 2);
  BOOST_TEST(published().size == entries());
}

BOOST_FIXTURE_TEST_CASE(others_are_shown_what_is_published, Published) {
  PublishedCheckpoint shown;
  publisher = std::make_unique<Publisher>(*other, anchors, key, nullptr, &shown);
  BOOST_TEST(!shown.wait_for(0, 0ms));
  tick();
  BOOST_TEST(shown.state().note == anchors.checkpoint.value());
  BOOST_TEST(shown.state().size == entries());
  BOOST_TEST((shown.state().at == clock.now().wall));
  add_entry();
  anchors.away = true;
  clock.advance(1s);
  tick();
  BOOST_TEST(shown.state().failing);
  BOOST_TEST(!shown.wait_for(entries(), 0ms));
  BOOST_TEST(shown.wait_for(entries() - 1, 0ms).value().size == entries() - 1);
  anchors.away = false;
  clock.advance(1s);
  tick();
  BOOST_TEST(!shown.state().failing);
  BOOST_TEST(shown.wait_for(entries(), 0ms).value().note == anchors.checkpoint.value());
}

BOOST_FIXTURE_TEST_CASE(nothing_new_publishes_nothing, Published) {
  tick();
  clock.advance(10s);
  tick();
  BOOST_TEST(anchors.published == 1);
}

BOOST_FIXTURE_TEST_CASE(log_gets_a_line_a_minute_and_one_a_day, Published) {
  tick();
  for (int second = 0; second < 150; ++second) {
    add_entry();
    clock.advance(1s);
    tick();
  }
  BOOST_TEST(reasons() == (Reasons{"start", "minute", "minute"}), boost::test_tools::per_element());
  clock.advance(24h);
  tick();
  BOOST_TEST(anchors.lines.back().why == "day");
}

BOOST_FIXTURE_TEST_CASE(stop_is_logged, Published) {
  tick();
  publisher->stop(clock.now());
  BOOST_TEST(reasons() == (Reasons{"start", "stop"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(database_behind_an_anchor_is_refused, Published) {
  tick();
  anchors.checkpoint = ledger::sign_checkpoint({publisher->origin(), entries() + 1, {}}, key);
  BOOST_CHECK_EXCEPTION(publisher->compare(), AnchorMismatch, [](const AnchorMismatch& error) {
    return std::string(error.what()).find("new-origin") != std::string::npos;
  });
}

BOOST_FIXTURE_TEST_CASE(other_entries_than_the_anchored_ones_are_refused, Published) {
  tick();
  anchors.lines.back().note = ledger::sign_checkpoint({publisher->origin(), 1, {}}, key);
  BOOST_CHECK_THROW(publisher->compare(), AnchorMismatch);
  clock.advance(2s);
  add_entry();
  BOOST_CHECK_THROW(tick(), AnchorMismatch);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_checkpoint_of_this_ledger_is_refused, Published) {
  const Secret foreign_key(std::string(32, 'f'));
  for (const std::string& note :
       {std::string("garbage"), ledger::sign_checkpoint({"example/other", 1, {}}, key),
        ledger::sign_checkpoint({publisher->origin(), 0, ledger::empty_root()}, foreign_key)}) {
    anchors.checkpoint = note;
    BOOST_CHECK_THROW(publisher->compare(), AnchorMismatch);
  }
}

BOOST_FIXTURE_TEST_CASE(anchors_that_are_away_are_tried_again, Published) {
  anchors.away = true;
  tick();
  BOOST_TEST(anchors.published == 0);
  anchors.away = false;
  clock.advance(1s);
  tick();
  BOOST_TEST(anchors.published == 1);
  BOOST_TEST(reasons() == (Reasons{"start"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(fork_leaves_the_lost_history_behind, Published) {
  tick();
  const std::string lost = ledger::sign_checkpoint({"example/one", entries() + 5, {}}, key);
  anchors.checkpoint = lost;
  anchors.lines.back().note = lost;
  command([&](Context& context) { fork_ledger(context, anchors.newest(), "example/two", "restored"); });
  Publisher next(*other, anchors, key);
  BOOST_TEST(next.origin() == "example/two");
  BOOST_CHECK_THROW(next.compare(),
                    AnchorMismatch);  // anybody who can write the database could have done that
  next.publish_fork(clock.now().wall);
  next.compare();
  const auto init = this->EngineRig::entries(ledger::EntryType::LogInit).back();
  BOOST_TEST(init.old_origin.value() == "example/one");
  BOOST_TEST(init.last_checkpoint.value() == ledger::checkpoint_hash(lost));
  BOOST_TEST(init.reason.value() == "restored");
}

// A restore writes entries of its own, so that the fork begins before its log.init.
BOOST_FIXTURE_TEST_CASE(fork_of_a_restored_database_begins_at_its_backup, Published) {
  tick();
  const auto backup = entries();
  command([](Context& context) { restore(context, "drill"); });
  add_entry();
  const auto note_of = [&](std::int64_t size) {
    anchors.checkpoint = ledger::sign_checkpoint({"example/one", size, {}}, key);
  };
  note_of(backup + 1);  // of what came after the backup and is lost; the restored ledger is longer
  BOOST_CHECK_THROW(publisher->compare(), AnchorMismatch);
  command([&](Context& context) { fork_ledger(context, anchors.newest(), "example/two", "restored"); });
  anchors.lines.clear();
  Publisher(*other, anchors, key).publish_fork(clock.now().wall);
  note_of(backup);  // of what the backup held, and other than that
  BOOST_CHECK_THROW(Publisher(*other, anchors, key).compare(), AnchorMismatch);
}

BOOST_FIXTURE_TEST_CASE(old_origin_still_binds_what_came_before_the_fork, Published) {
  tick();
  anchors.checkpoint = ledger::sign_checkpoint({"example/one", entries() + 5, {}}, key);
  command([&](Context& context) { fork_ledger(context, anchors.newest(), "example/two", "restored"); });
  anchors.checkpoint = ledger::sign_checkpoint({"example/one", 1, {}}, key);
  BOOST_CHECK_THROW(Publisher(*other, anchors, key).compare(), AnchorMismatch);
}

BOOST_FIXTURE_TEST_CASE(fork_that_nothing_calls_for_is_refused, Published) {
  tick();
  command([&](Context& context) {
    BOOST_CHECK_THROW(fork_ledger(context, anchors.newest(), "example/two", "restored"), InputError);
  });
}

BOOST_FIXTURE_TEST_CASE(day_on_which_nothing_happens_has_its_entry, Published) {
  using ledger::EntryType;
  turn();
  BOOST_TEST(this->EngineRig::entries(EntryType::CheckpointDaily).empty());  // nothing was published yet
  tick();
  turn();
  BOOST_TEST(this->EngineRig::entries(EntryType::CheckpointDaily).size() == 1U);
  const auto wake = turn();
  BOOST_REQUIRE(wake.wall.has_value());
  BOOST_TEST((*wake.wall == std::chrono::floor<std::chrono::days>(clock.now().wall) + 24h));
  clock.advance(24h);
  turn();
  turn();
  const auto daily = this->EngineRig::entries(EntryType::CheckpointDaily);
  BOOST_TEST(daily.size() == 2U);
  BOOST_TEST(daily.back().last_checkpoint.value() ==
             ledger::checkpoint_hash(other->last_checkpoint().value()));
  crash_and_restart();
  turn();
  BOOST_TEST(this->EngineRig::entries(EntryType::CheckpointDaily).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "engine/submit.h"
#include "support/engine_rig.h"
#include "surface/figures.h"

namespace latchkey::surface {
namespace {

using namespace std::chrono_literals;
using job::Provider;
using job::State;
using test::EngineRig;
using test::mail;

BOOST_AUTO_TEST_SUITE(figures_tests)

BOOST_AUTO_TEST_CASE(figures_tell_what_waits_and_since_when) {
  EngineRig rig;
  rig.command([](engine::Context& context) {
    engine::submit(context, mail("a"));
    job::Submission later = mail("b");
    later.at = context.now.wall + 1h;
    engine::submit(context, later);
  });
  rig.command([](engine::Context& context) { context.store.ready_due_jobs(context.now.wall, 10); });
  rig.clock.advance(30s);
  const auto folder = rig.folder / "latchkey.db";
  engine::PublishedCheckpoint::State published;
  Figures figures = read_figures(*rig.other, folder, published, rig.clock.now().wall);
  BOOST_TEST(figures.readable);
  BOOST_TEST(figures.jobs_in(State::Queued) == 2);
  BOOST_TEST(figures.jobs_in(State::Held) == 0);
  BOOST_TEST((figures.oldest_due.at(0) == rig.begin));
  BOOST_TEST(!figures.oldest_due.at(1));
  BOOST_TEST(figures.ledger_size == rig.entries());
  BOOST_TEST(!figures.uncovered_since);  // nothing is known of a checkpoint
  published.note = "a note";
  published.size = figures.ledger_size - 1;
  figures = read_figures(*rig.other, folder, published, rig.clock.now().wall);
  BOOST_TEST((figures.uncovered_since == rig.begin));
  published.size = figures.ledger_size;
  BOOST_TEST(!read_figures(*rig.other, folder, published, rig.clock.now().wall).uncovered_since);
}

// However many ask, the database is read once in five seconds.
BOOST_AUTO_TEST_CASE(figures_are_kept) {
  FakeClock clock;
  int reads = 0;
  FigureBoard board(
      [&](TimePoint now) {
        ++reads;
        Figures figures;
        figures.at = now;
        figures.readable = true;
        return figures;
      },
      clock);
  const auto first = board.latest();
  for (int i = 0; i < 100; ++i) BOOST_TEST(board.latest() == first);
  clock.advance(4'999ms);
  BOOST_TEST(board.latest() == first);
  BOOST_TEST(reads == 1);
  clock.advance(1ms);
  BOOST_TEST((board.latest()->at == clock.now().wall));
  BOOST_TEST(reads == 2);
}

BOOST_AUTO_TEST_CASE(figures_that_cannot_be_read_are_those_of_before) {
  FakeClock clock;
  bool broken = true;
  FigureBoard board(
      [&](TimePoint) {
        if (broken) throw Error("the disk is gone");
        Figures figures;
        figures.ledger_size = 7;
        figures.readable = true;
        return figures;
      },
      clock);
  BOOST_TEST(!board.latest()->readable);
  broken = false;
  clock.advance(5s);
  BOOST_TEST(board.latest()->readable);
  broken = true;
  clock.advance(5s);
  BOOST_TEST(!board.latest()->readable);
  BOOST_TEST(board.latest()->ledger_size == 7);
}

// One reads; whoever comes meanwhile gets what there is, and does not wait.
BOOST_AUTO_TEST_CASE(one_thread_reads_at_a_time) {
  FakeClock clock;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on = go_on.get_future().share();
  std::promise<void> begun;
  std::atomic<int> reads{0};
  FigureBoard board(
      [&](TimePoint) {
        if (++reads == 2) {
          begun.set_value();
          may_go_on.wait();
        }
        Figures figures;
        figures.ledger_size = reads;
        return figures;
      },
      clock);
  board.latest();
  clock.advance(5s);
  std::thread slow([&] { board.latest(); });
  begun.get_future().wait();
  for (int i = 0; i < 10; ++i) BOOST_TEST(board.latest()->ledger_size == 1);
  go_on.set_value();
  slow.join();
  BOOST_TEST(board.latest()->ledger_size == 2);
  BOOST_TEST(reads == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace latchkey::surface

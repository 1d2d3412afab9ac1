#include <boost/test/unit_test.hpp>

#include "job/gate.h"
#include "support/seeded_random.h"

namespace latchkey::job {
namespace {

const TimePoint kStart = from_ms(1'780'000'000'000);

Rate rate_of(std::int64_t interval_us, int burst) {
  return Rate{Micros(interval_us), burst, "test"};
}

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

std::int64_t micros_between(TimePoint a, TimePoint b) {
  return Micros(b - a).count();
}

// n calls fit into a window of length w only if (n - burst) intervals do: that is what "at most one every
// interval, after a burst" means, and it bounds every period the rate was written in.
void check_every_window(const std::vector<TimePoint>& calls, const Rate& rate) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (std::size_t j = i; j < calls.size(); ++j) {
      const auto n = static_cast<std::int64_t>(j - i + 1);
      if ((n - rate.burst) * rate.interval.count() <= micros_between(calls[i], calls[j])) continue;
      BOOST_FAIL(n << " calls within " << micros_between(calls[i], calls[j]) << " us at one per "
                   << rate.interval.count() << " us, burst " << rate.burst);
    }
  }
}

// A process that wakes now and then, for a while, and takes what it may.
std::vector<TimePoint> calls_of(Gate& gate, const Rate& rate, TimePoint now, int turns, Random& random) {
  std::vector<TimePoint> calls;
  const std::int64_t around = rate.interval.count() / 1000 + 2;
  for (int turn = 0; turn < turns; ++turn) {
    const int count = admits(gate, rate, now, static_cast<int>(between(random, 0, 5)));
    spend(gate, rate, now, count);
    calls.insert(calls.end(), static_cast<std::size_t>(count), now);
    const bool long_pause = random.below(20) == 0;
    now += Millis(long_pause ? between(random, 0, 40 * around) : between(random, 0, around));
  }
  return calls;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gate_tests)

BOOST_AUTO_TEST_CASE(no_window_holds_more_than_the_rate) {
  const std::uint64_t seed = 4711;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 150; ++round) {
    const Rate rate = rate_of(between(random, 300, 5'000'000), static_cast<int>(between(random, 1, 8)));
    Gate gate;
    const auto calls = calls_of(gate, rate, kStart, 150, random);
    BOOST_REQUIRE_GT(calls.size(), 10);
    check_every_window(calls, rate);
  }
}

// What the store keeps of a gate is all of it: a process that starts from there goes on where the last one
// stopped.
BOOST_AUTO_TEST_CASE(restarts_do_not_widen_any_window) {
  const std::uint64_t seed = 815;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 60; ++round) {
    const Rate rate = rate_of(between(random, 20'000, 3'000'000), static_cast<int>(between(random, 1, 4)));
    Gate stored;
    TimePoint now = kStart;
    std::vector<TimePoint> calls;
    for (int process = 0; process < 8; ++process) {
      Gate gate;
      gate.tat = stored.tat;
      for (const TimePoint call : calls_of(gate, rate, now, 10, random)) calls.push_back(call);
      stored = gate;
      now = (calls.empty() ? now : calls.back()) + Millis(between(random, 0, rate.interval.count() / 500));
    }
    check_every_window(calls, rate);
  }
}

BOOST_AUTO_TEST_CASE(period_of_the_rate_holds_its_count) {
  for (const char* text : {"20/min", "7/s", "13/h", "10/s"}) {
    const Rate rate = parse_rate(text).value();
    const std::int64_t count = std::stoll(text);
    Gate gate;
    TimePoint now = kStart;
    std::vector<TimePoint> calls;
    while (calls.size() < static_cast<std::size_t>(3 * count)) {
      now = opens_at(gate, rate, now).value();
      BOOST_REQUIRE_EQUAL(admits(gate, rate, now, 100), 1);
      spend(gate, rate, now, 1);
      calls.push_back(now);
    }
    // One call more than the rate says takes at least its whole period.
    const std::int64_t period = (rate.interval.count() * count) / 1000;
    for (std::size_t i = 0; i + static_cast<std::size_t>(count) < calls.size(); ++i) {
      BOOST_CHECK_GE((calls[i + static_cast<std::size_t>(count)] - calls[i]).count(), period);
    }
  }
}

BOOST_AUTO_TEST_CASE(opens_at_is_the_first_moment_that_admits) {
  const std::uint64_t seed = 99;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 500; ++round) {
    const Rate rate = rate_of(between(random, 300, 2'000'000), static_cast<int>(between(random, 1, 5)));
    Gate gate;
    gate.tat = Micros(kStart.time_since_epoch()) + Micros(between(random, -5'000'000, 20'000'000));
    if (random.below(3) == 0) hold_back(gate, kStart + Millis(between(random, -2000, 5000)));
    const TimePoint opens = opens_at(gate, rate, kStart).value();
    BOOST_REQUIRE(opens >= kStart);
    BOOST_CHECK_GE(admits(gate, rate, opens, 1), 1);
    if (opens > kStart) BOOST_CHECK_EQUAL(admits(gate, rate, opens - Millis(1), 1), 0);
  }
}

BOOST_AUTO_TEST_CASE(idle_gate_admits_its_burst_and_not_more) {
  const Rate rate = rate_of(1'000'000, 4);
  Gate gate;
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart, 100), 4);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart, 3), 3);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart, 0), 0);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart, -1), 0);
  spend(gate, rate, kStart, 4);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart, 100), 0);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart + Millis(999), 100), 0);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart + Millis(1000), 100), 1);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart + Millis(2500), 100), 2);
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart + std::chrono::hours(24), 100), 4);
}

BOOST_AUTO_TEST_CASE(unlimited_gate_admits_all_and_keeps_no_account) {
  Gate gate;
  BOOST_CHECK_EQUAL(admits(gate, Rate{}, kStart, 1000), 1000);
  spend(gate, Rate{}, kStart, 1000);
  BOOST_CHECK_EQUAL(gate.tat.count(), 0);
  BOOST_CHECK_EQUAL(admits(gate, Rate{}, kStart, 1000), 1000);
}

BOOST_AUTO_TEST_CASE(nothing_goes_while_the_provider_asks_to_wait) {
  for (const Rate& rate : {Rate{}, rate_of(1000, 5)}) {
    Gate gate;
    hold_back(gate, kStart + Millis(700));
    BOOST_CHECK_EQUAL(admits(gate, rate, kStart, 5), 0);
    BOOST_CHECK_EQUAL(admits(gate, rate, kStart + Millis(699), 5), 0);
    BOOST_CHECK_EQUAL(to_ms(opens_at(gate, rate, kStart).value()), to_ms(kStart + Millis(700)));
    BOOST_CHECK_EQUAL(admits(gate, rate, kStart + Millis(700), 5), 5);
  }
}

BOOST_AUTO_TEST_CASE(earlier_wish_never_shortens_a_later_one) {
  Gate gate;
  hold_back(gate, kStart + Millis(700));
  hold_back(gate, kStart + Millis(300));
  BOOST_CHECK(gate.wait_until == kStart + Millis(700));
  hold_back(gate, kStart + Millis(900));
  BOOST_CHECK(gate.wait_until == kStart + Millis(900));
}

BOOST_AUTO_TEST_CASE(waiting_gives_no_more_than_the_burst_back) {
  const Rate rate = rate_of(100'000, 2);
  Gate gate;
  spend(gate, rate, kStart, 2);
  hold_back(gate, kStart + std::chrono::minutes(5));
  BOOST_CHECK_EQUAL(admits(gate, rate, kStart + std::chrono::minutes(5), 100), 2);
}

BOOST_AUTO_TEST_CASE(paused_gate_never_opens) {
  Gate gate;
  gate.paused = true;
  for (const Rate& rate : {Rate{}, rate_of(1000, 5)}) {
    BOOST_CHECK_EQUAL(admits(gate, rate, kStart, 5), 0);
    BOOST_CHECK(!opens_at(gate, rate, kStart));
  }
}

// The same gate under a clock that was set: it admits at the same distances as before, forwards and back.
BOOST_AUTO_TEST_CASE(set_clock_moves_the_gate_with_it) {
  const std::uint64_t seed = 123;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 300; ++round) {
    const Rate rate = rate_of(between(random, 1'000, 2'000'000), static_cast<int>(between(random, 1, 4)));
    Gate gate;
    gate.tat = Micros(kStart.time_since_epoch()) + Micros(between(random, -1'000'000, 5'000'000));
    if (random.below(2) == 0) hold_back(gate, kStart + Millis(between(random, 0, 3000)));
    const Millis step(between(random, -7'200'000, 7'200'000));
    Gate moved = gate;
    rebase(moved, kStart, kStart + step);
    const Millis later(between(random, 0, 4000));
    BOOST_CHECK_EQUAL(admits(gate, rate, kStart + later, 10), admits(moved, rate, kStart + step + later, 10));
    BOOST_CHECK(opens_at(gate, rate, kStart).value() + step == opens_at(moved, rate, kStart + step).value());
  }
}

BOOST_AUTO_TEST_CASE(unused_gate_survives_a_clock_set_back) {
  Gate gate;
  rebase(gate, kStart, kStart - std::chrono::hours(1));
  BOOST_CHECK_EQUAL(gate.tat.count(), 0);
  BOOST_CHECK(!gate.wait_until);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::job

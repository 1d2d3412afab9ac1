#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "job/slots.h"
#include "support/seeded_random.h"

namespace latchkey::job {
namespace {

const TimePoint kNow = from_ms(1'780'000'000'000);

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

// The queue itself: serves jobs by due time, each at the first moment at which the gate lets it go.
std::vector<TimePoint> served(Gate gate, const Rate& rate, std::vector<TimePoint> due) {
  std::sort(due.begin(), due.end());
  std::vector<TimePoint> calls;
  TimePoint now = kNow;
  for (const TimePoint at : due) {
    now = opens_at(gate, rate, std::max(now, at)).value();
    BOOST_REQUIRE_GE(admits(gate, rate, now, 1), 1);
    spend(gate, rate, now, 1);
    calls.push_back(now);
  }
  return calls;
}

struct Case {
  Gate gate;
  Rate rate;
  std::vector<TimePoint> due;
};

// Rates below one call a millisecond, which no provider's limit reaches: above it the whole milliseconds at
// which a turn may run decide, not the gate.
Case random_case(Random& random, int jobs_max) {
  Case out;
  const bool odd = random.below(2) == 0;
  out.rate = {Micros(odd ? between(random, 1'000, 4'000'000) : 1000 * between(random, 1, 4000)),
              static_cast<int>(random.below(2) == 0 ? 1 : between(random, 2, 6)), "test"};
  out.gate.tat = Micros(kNow.time_since_epoch()) + Micros(between(random, -9'000'000, 9'000'000));
  if (random.below(4) == 0) hold_back(out.gate, kNow + Millis(between(random, -1000, 8000)));
  const std::int64_t spread = between(random, 1, 3) * out.rate.interval.count() * jobs_max / 2000 + 1;
  const std::int64_t jobs = between(random, 1, jobs_max);
  for (std::int64_t i = 0; i < jobs; ++i)
    out.due.push_back(kNow + Millis(between(random, -spread / 4, spread)));
  return out;
}

void shuffle(std::vector<TimePoint>& times, Random& random) {
  for (std::size_t i = times.size(); i > 1; --i) {
    std::swap(times[i - 1], times[static_cast<std::size_t>(random.below(i))]);
  }
}

Slots filled(const Case& given) {
  Slots slots(given.gate, given.rate, kNow);
  for (const TimePoint due : given.due) slots.take(due);
  return slots;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slots_tests)

BOOST_AUTO_TEST_CASE(jobs_placed_by_due_time_go_when_the_queue_lets_them_go) {
  const std::uint64_t seed = 1;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 300; ++round) {
    Case given = random_case(random, 40);
    std::sort(given.due.begin(), given.due.end());
    const auto calls = served(given.gate, given.rate, given.due);
    Slots slots(given.gate, given.rate, kNow);
    for (std::size_t i = 0; i < given.due.size(); ++i) {
      BOOST_REQUIRE_EQUAL(to_ms(slots.first_free(given.due[i])), to_ms(calls[i]));
      BOOST_REQUIRE_EQUAL(to_ms(slots.take(given.due[i])), to_ms(calls[i]));
    }
  }
}

BOOST_AUTO_TEST_CASE(call_of_a_queued_job_is_when_the_queue_lets_it_go) {
  const std::uint64_t seed = 6;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 300; ++round) {
    Case given = random_case(random, 40);
    shuffle(given.due, random);
    const Slots slots = filled(given);
    std::sort(given.due.begin(), given.due.end());
    const auto calls = served(given.gate, given.rate, given.due);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const bool last = i + 1 == calls.size() || given.due[i + 1] != given.due[i];
      if (last) BOOST_REQUIRE_EQUAL(to_ms(slots.call_of(given.due[i])), to_ms(calls[i]));
    }
  }
}

// Occupied slots are seen through the question that the door asks: what would one more job due then occupy?
BOOST_AUTO_TEST_CASE(order_of_placing_does_not_matter) {
  const std::uint64_t seed = 2;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 200; ++round) {
    Case given = random_case(random, 40);
    const Slots one = filled(given);
    shuffle(given.due, random);
    const Slots other = filled(given);
    const std::int64_t reach = given.rate.interval.count() * 90 / 1000;
    for (int probe = 0; probe < 40; ++probe) {
      const TimePoint due = kNow + Millis(between(random, -10, reach));
      BOOST_REQUIRE_EQUAL(to_ms(one.first_free(due)), to_ms(other.first_free(due)));
    }
  }
}

// Without a burst every admission is an occupied slot, so the slots themselves can be compared with the
// queue's: one more job occupies the last admission that the queue has with it and would not have without it.
BOOST_AUTO_TEST_CASE(occupied_slots_are_those_of_the_queue_in_any_order) {
  const std::uint64_t seed = 3;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 200; ++round) {
    Case given = random_case(random, 30);
    given.rate.burst = 1;
    shuffle(given.due, random);
    const Slots slots = filled(given);
    auto without = served(given.gate, given.rate, given.due);
    const TimePoint due = kNow + Millis(between(random, -10, given.rate.interval.count() * 60 / 1000));
    given.due.push_back(due);
    auto with = served(given.gate, given.rate, given.due);
    while (!without.empty() && without.back() == with.back()) {
      without.pop_back();
      with.pop_back();
    }
    BOOST_REQUIRE_EQUAL(to_ms(slots.first_free(due)), to_ms(with.back()));
  }
}

// The promise of the door. Jobs of one lifetime, each let in only while nobody would be late by it, in any
// order: the queue serves all of them in time.
BOOST_AUTO_TEST_CASE(what_is_let_in_is_served_while_fresh) {
  const std::uint64_t seed = 4;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  int let_in = 0, turned_away = 0;
  for (int round = 0; round < 200; ++round) {
    Case given = random_case(random, 40);
    shuffle(given.due, random);
    const Millis lifetime(between(random, 1, given.rate.interval.count() * 10 / 1000));
    Slots slots(given.gate, given.rate, kNow);
    std::vector<TimePoint> queued;
    for (const TimePoint due : given.due) {
      if (slots.delay(due) >= lifetime) {
        ++turned_away;
        continue;
      }
      slots.take(due);
      queued.push_back(due);
    }
    std::sort(queued.begin(), queued.end());
    const auto calls = served(given.gate, given.rate, queued);
    for (std::size_t i = 0; i < queued.size(); ++i) BOOST_REQUIRE(calls[i] < queued[i] + lifetime);
    let_in += static_cast<int>(queued.size());
  }
  BOOST_CHECK_GT(let_in, 500);
  BOOST_CHECK_GT(turned_away, 500);
}

// Jobs of two calls among them, which make both when they are admitted.
BOOST_AUTO_TEST_CASE(several_calls_at_once_are_several_slots) {
  const std::uint64_t seed = 6;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  int let_in = 0, turned_away = 0;
  for (int round = 0; round < 300; ++round) {
    Case given = random_case(random, 40);
    const Millis lifetime(between(random, 1, given.rate.interval.count() * 10 / 1000));
    Slots slots(given.gate, given.rate, kNow);
    std::vector<std::pair<TimePoint, int>> queued;
    for (const TimePoint due : given.due) {
      const int calls = static_cast<int>(between(random, 1, 2));
      if (slots.delay(due, calls) >= lifetime) {
        ++turned_away;
        continue;
      }
      slots.take(due, calls);
      queued.emplace_back(due, calls);
    }
    std::stable_sort(queued.begin(), queued.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    Gate gate = given.gate;
    Slots in_order(given.gate, given.rate, kNow);
    TimePoint now = kNow;
    for (const auto& [due, calls] : queued) {
      now = opens_at(gate, given.rate, std::max(now, due)).value();
      BOOST_REQUIRE(now < due + lifetime);
      // Rounding up an interval that is no whole millisecond is rounding up each call's.
      const bool exact = given.rate.interval % Micros(1000) == Micros(0);
      const TimePoint free = in_order.first_free(due, calls);
      BOOST_REQUIRE(exact ? free == now : free >= now);
      BOOST_REQUIRE_EQUAL(to_ms(in_order.take(due, calls)), to_ms(free));
      spend(gate, given.rate, now, calls);
    }
    let_in += static_cast<int>(queued.size());
  }
  BOOST_CHECK_GT(let_in, 500);
  BOOST_CHECK_GT(turned_away, 500);
}

BOOST_AUTO_TEST_CASE(two_calls_at_once_push_back_what_follows_by_two) {
  const Rate rate = parse_rate("1/s").value();
  Slots slots(Gate{}, rate, kNow);
  slots.take(kNow + Millis(1000));
  BOOST_CHECK_EQUAL(slots.delay(kNow).count(), 0);
  BOOST_CHECK_EQUAL(slots.delay(kNow, 2).count(), 1000);  // it goes at once, the other a second late
  BOOST_CHECK_EQUAL(to_ms(slots.first_free(kNow)), to_ms(kNow));
  BOOST_CHECK_EQUAL(to_ms(slots.first_free(kNow + Millis(1000), 2)), to_ms(kNow + Millis(2000)));
  slots.take(kNow, 2);
  BOOST_CHECK_EQUAL(to_ms(slots.first_free(kNow)), to_ms(kNow + Millis(3000)));
}

// And it turns nobody away without need: with this one more, some job would be that late.
BOOST_AUTO_TEST_CASE(delay_is_that_of_the_job_that_is_hit_the_hardest) {
  const std::uint64_t seed = 5;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (int round = 0; round < 400; ++round) {
    Case given = random_case(random, 30);
    shuffle(given.due, random);
    const Slots slots = filled(given);
    std::sort(given.due.begin(), given.due.end());
    const TimePoint due = kNow + Millis(between(random, -10, given.rate.interval.count() * 60 / 1000));
    // The new one goes behind all that are due with it.
    const auto at = std::upper_bound(given.due.begin(), given.due.end(), due) - given.due.begin();
    const auto before = served(given.gate, given.rate, given.due);
    given.due.insert(given.due.begin() + at, due);
    const auto calls = served(given.gate, given.rate, given.due);
    Millis longest = calls[static_cast<std::size_t>(at)] - due;
    for (std::size_t i = static_cast<std::size_t>(at) + 1; i < calls.size(); ++i) {
      if (calls[i] != before[i - 1]) longest = std::max(longest, calls[i] - given.due[i]);
    }
    // A burst may have been used up by it without any call going later; what is asked is who might be late.
    if (given.rate.burst == 1) {
      BOOST_REQUIRE_EQUAL(slots.delay(due).count(), longest.count());
    } else {
      BOOST_REQUIRE_GE(slots.delay(due).count(), longest.count());
    }
  }
}

BOOST_AUTO_TEST_CASE(job_of_now_is_not_late_because_of_those_that_are_due_later) {
  const Rate rate = parse_rate("1/s").value();
  Slots slots(Gate{}, rate, kNow);
  for (int i = 0; i < 500; ++i) slots.take(kNow + std::chrono::seconds(i));
  BOOST_CHECK_EQUAL(slots.delay(kNow).count(), 1000);
  BOOST_CHECK_EQUAL(to_ms(slots.first_free(kNow)), to_ms(kNow + std::chrono::seconds(500)));
  BOOST_CHECK_EQUAL(slots.delay(kNow + std::chrono::seconds(500)).count(), 0);
}

BOOST_AUTO_TEST_CASE(idle_gate_admits_at_the_due_time_however_slow_it_is) {
  const Rate rate = parse_rate("1/h").value();
  const Slots slots(Gate{}, rate, kNow);
  const TimePoint due = kNow + std::chrono::minutes(20);
  BOOST_CHECK_EQUAL(to_ms(slots.first_free(due)), to_ms(due));
}

BOOST_AUTO_TEST_CASE(what_was_spent_before_counts) {
  const Rate rate = parse_rate("20/min").value();
  Gate gate;
  spend(gate, rate, kNow, 1);
  Slots slots(gate, rate, kNow);
  BOOST_CHECK_EQUAL(to_ms(slots.take(kNow)), to_ms(kNow + Millis(3000)));
  BOOST_CHECK_EQUAL(to_ms(slots.take(kNow - Millis(5000))), to_ms(kNow + Millis(6000)));
}

BOOST_AUTO_TEST_CASE(nothing_goes_before_the_provider_lets_it) {
  Gate gate;
  hold_back(gate, kNow + Millis(5000));
  for (const Rate& rate : {Rate{}, parse_rate("1/s").value()}) {
    Slots slots(gate, rate, kNow);
    BOOST_CHECK_EQUAL(to_ms(slots.take(kNow)), to_ms(kNow + Millis(5000)));
    BOOST_CHECK_EQUAL(to_ms(slots.take(kNow + Millis(9000))), to_ms(kNow + Millis(9000)));
  }
}

BOOST_AUTO_TEST_CASE(one_job_more_pushes_back_what_follows) {
  const Rate rate = parse_rate("1/s").value();
  Slots slots(Gate{}, rate, kNow);
  slots.take(kNow + Millis(1500));
  slots.take(kNow + Millis(2500));
  // It would go at 1000 itself, the other two at 2000 and 3000.
  BOOST_CHECK_EQUAL(to_ms(slots.take(kNow + Millis(1000))), to_ms(kNow + Millis(3000)));
  BOOST_CHECK_EQUAL(to_ms(slots.first_free(kNow + Millis(1000))), to_ms(kNow + Millis(4000)));
  BOOST_CHECK_EQUAL(to_ms(slots.first_free(kNow)), to_ms(kNow));
}

BOOST_AUTO_TEST_CASE(unlimited_gate_has_room_at_every_moment) {
  Slots slots(Gate{}, Rate{}, kNow);
  for (int i = 0; i < 3; ++i) {
    BOOST_CHECK_EQUAL(to_ms(slots.take(kNow + Millis(7))), to_ms(kNow + Millis(7)));
    BOOST_CHECK_EQUAL(to_ms(slots.first_free(kNow - Millis(7))), to_ms(kNow));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::job

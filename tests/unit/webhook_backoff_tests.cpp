#include <boost/test/unit_test.hpp>

#include "handover/webhook_backoff.h"
#include "tests/support/seeded_random.h"

using namespace latchkey;
using namespace std::chrono_literals;
using handover::kAskedWaitMax;
using handover::webhook_wait;

namespace {

/// The waits between the tries of one message, to its end. `late`: when the first try was made.
std::vector<Millis> life(Random& random, std::optional<Millis> asked = std::nullopt,
                         Millis late = Millis(0)) {
  std::vector<Millis> waits;
  std::optional<Millis> wait;
  for (Millis since = late;; since += *wait) {
    wait = webhook_wait(static_cast<int>(waits.size()) + 1, since, asked, random);
    if (!wait) break;
    waits.push_back(*wait);
    BOOST_REQUIRE(waits.size() < 100U);
  }
  return waits;
}

Millis sum(const std::vector<Millis>& waits) {
  Millis total(0);
  for (const Millis wait : waits) total += wait;
  return total;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_backoff_tests)

BOOST_AUTO_TEST_CASE(a_message_is_tried_for_a_day_and_not_much_longer) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SeededRandom random(seed);
    const auto waits = life(random);
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_REQUIRE((sum(waits) >= Millis(24h)));
      BOOST_REQUIRE((sum(waits) <= Millis(24h) + Millis(6h) * 6 / 5));
      BOOST_REQUIRE(waits.size() >= 8U);
      BOOST_REQUIRE(waits.size() <= 9U);
    }
  }
}

BOOST_AUTO_TEST_CASE(each_wait_is_as_documented_give_or_take_a_fifth) {
  const std::vector<Millis> documented{5s, 5min, 30min, 2h, 4h, 6h, 6h, 6h, 6h};
  std::vector<Millis> least(documented.size(), Millis::max());
  std::vector<Millis> most(documented.size(), Millis(0));
  SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    for (std::size_t i = 0; i < documented.size(); ++i) {
      const Millis wait = webhook_wait(static_cast<int>(i) + 1, Millis(0), std::nullopt, random).value();
      least[i] = std::min(least[i], wait);
      most[i] = std::max(most[i], wait);
    }
  }
  for (std::size_t i = 0; i < documented.size(); ++i) {
    BOOST_TEST_CONTEXT("after try " << i + 1) {
      BOOST_TEST((least[i] >= documented[i] * 4 / 5));
      BOOST_TEST((least[i] < documented[i] * 82 / 100));
      BOOST_TEST((most[i] <= documented[i] * 6 / 5));
      BOOST_TEST((most[i] > documented[i] * 118 / 100));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_day_does_not_end_before_six_tries_were_made) {
  SeededRandom random(1);
  // We were away for two days, and so the first try comes late.
  const auto waits = life(random, std::nullopt, 48h);
  BOOST_TEST(waits.size() == 5U);
  BOOST_TEST((sum(waits) > Millis(5h)));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_does_not_make_it_endless) {
  SeededRandom random(1);
  BOOST_TEST(life(random, std::nullopt, Millis(-24h) * 365).size() <= 30U);
}

BOOST_AUTO_TEST_CASE(an_endpoint_is_not_tried_before_it_asks_for) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SeededRandom random(seed);
    const Millis wait = webhook_wait(1, Millis(0), 10min, random).value();
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_REQUIRE((wait >= Millis(10min)));
      BOOST_REQUIRE((wait <= Millis(12min)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_shorter_wait_than_planned_shortens_nothing) {
  SeededRandom random(3);
  BOOST_TEST((webhook_wait(5, Millis(0), Millis(0), random).value() >= Millis(4h) * 4 / 5));
  BOOST_TEST(life(random, Millis(1s)).size() <= 9U);
}

BOOST_AUTO_TEST_CASE(no_endpoint_puts_itself_off_for_ever) {
  SeededRandom random(3);
  for (int round = 0; round < 200; ++round) {
    const Millis wait = webhook_wait(1, Millis(0), Millis(24h) * 365, random).value();
    BOOST_REQUIRE((wait >= kAskedWaitMax));
    BOOST_REQUIRE((wait <= kAskedWaitMax * 6 / 5));
  }
}

BOOST_AUTO_TEST_SUITE_END()

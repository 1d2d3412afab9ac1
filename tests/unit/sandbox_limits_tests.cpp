#include <boost/test/unit_test.hpp>

#include "sandbox/limits.h"
#include "tests/support/fake_clock.h"

using latchkey::FakeClock;
using latchkey::Millis;
using namespace latchkey::sandbox;

BOOST_AUTO_TEST_SUITE(sandbox_limits_tests)

BOOST_AUTO_TEST_CASE(reads_limits) {
  BOOST_TEST(parse_limit("20/min")->calls == 20);
  BOOST_TEST((parse_limit("20/min")->window == Millis(60'000)));
  BOOST_TEST((parse_limit("10/s")->window == Millis(1000)));
  BOOST_TEST((parse_limit("600/h")->window == Millis(3'600'000)));
  BOOST_TEST(parse_limit("off")->calls == 0);
  for (const char* wrong :
       {"", "10", "10/", "/s", "0/s", "-1/s", "10/sec", "10/s ", " 10/s", "99999999999/s"}) {
    BOOST_TEST(!parse_limit(wrong), wrong);
  }
}

BOOST_AUTO_TEST_CASE(admits_the_limit_in_a_window_and_no_more) {
  FakeClock clock;
  RateLimiter limiter(*parse_limit("3/min"));
  for (int left = 2; left >= 0; --left) {
    const Verdict verdict = limiter.admit(clock.now());
    BOOST_TEST(verdict.admitted);
    BOOST_TEST(verdict.remaining == left);
    BOOST_TEST(verdict.limit == 3);
    clock.advance(Millis(10'000));
  }
  const Verdict refused = limiter.admit(clock.now());
  BOOST_TEST(!refused.admitted);
  BOOST_TEST(refused.reset_s == 30);
  // The window ends when it would have ended without the refused call.
  clock.advance(Millis(30'000));
  BOOST_TEST(limiter.admit(clock.now()).admitted);
}

BOOST_AUTO_TEST_CASE(caller_on_the_beat_is_never_refused_for_coming_a_little_early) {
  FakeClock clock;
  RateLimiter limiter(*parse_limit("10/s"));
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(limiter.admit(clock.now()).admitted);
    // Every tenth interval is five milliseconds short.
    clock.advance(Millis(i % 10 == 9 ? 95 : 100));
  }
}

BOOST_AUTO_TEST_CASE(a_step_of_the_wall_clock_opens_no_window) {
  FakeClock clock;
  RateLimiter limiter(*parse_limit("1/h"));
  BOOST_TEST(limiter.admit(clock.now()).admitted);
  clock.step_wall(std::chrono::hours(5));
  BOOST_TEST(!limiter.admit(clock.now()).admitted);
}

BOOST_AUTO_TEST_CASE(off_admits_everything_and_says_nothing) {
  FakeClock clock;
  RateLimiter limiter(*parse_limit("1/h"));
  limiter.set(*parse_limit("off"));
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(limiter.admit(clock.now()).admitted);
    BOOST_TEST(!limiter.admit(clock.now()).limited);
  }
}

BOOST_AUTO_TEST_SUITE_END()

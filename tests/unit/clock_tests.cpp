#include <boost/test/unit_test.hpp>

#include "base/clock.h"
#include "tests/support/fake_clock.h"

namespace latchkey {

BOOST_AUTO_TEST_SUITE(clock_tests)

BOOST_AUTO_TEST_CASE(system_clock_reads_the_wall_clock) {
  const auto before = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  const Instant now = SystemClock().now();
  BOOST_TEST((before <= now.wall));
  BOOST_TEST((now.wall <= std::chrono::system_clock::now()));
}

BOOST_AUTO_TEST_CASE(boot_time_never_goes_back) {
  SystemClock clock;
  Millis last{0};
  for (int i = 0; i < 1000; ++i) {
    const Millis boot = clock.now().boot;
    BOOST_REQUIRE(boot.count() >= last.count());
    last = boot;
  }
  BOOST_TEST(last.count() > 0);
}

BOOST_AUTO_TEST_CASE(milliseconds_go_there_and_back) {
  BOOST_TEST(to_ms(from_ms(1'767'322'245'678)) == 1'767'322'245'678);
  BOOST_TEST(to_ms(from_ms(-1)) == -1);
}

BOOST_AUTO_TEST_CASE(fake_clock_stands_still_until_it_is_moved) {
  FakeClock clock(from_ms(5000), Millis(70));
  BOOST_TEST(to_ms(clock.now().wall) == 5000);
  BOOST_TEST(clock.now().boot.count() == 70);
  clock.advance(Millis(30));
  BOOST_TEST(to_ms(clock.now().wall) == 5030);
  BOOST_TEST(clock.now().boot.count() == 100);
}

BOOST_AUTO_TEST_CASE(fake_step_moves_only_the_wall_clock) {
  FakeClock clock(from_ms(5000), Millis(70));
  clock.step_wall(Millis(-1000));
  BOOST_TEST(to_ms(clock.now().wall) == 4000);
  BOOST_TEST(clock.now().boot.count() == 70);
  clock.set_wall(from_ms(9));
  clock.set_boot(Millis(1));
  BOOST_TEST(to_ms(clock.now().wall) == 9);
  BOOST_TEST(clock.now().boot.count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

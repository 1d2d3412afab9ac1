// A week of batches, schedules and trouble. scripts/simulate-week prints its report.
#include <boost/test/unit_test.hpp>
#include <iostream>

#include "simulation/week.h"

BOOST_AUTO_TEST_SUITE(week_tests)

BOOST_AUTO_TEST_CASE(every_history_is_what_the_plan_said) {
  for (const std::uint64_t seed : {1U, 2U}) {
    latchkey::test::Week week(seed);
    try {
      week.run();
    } catch (const std::exception& error) {
      BOOST_ERROR("seed " << seed << ": " << error.what());
    }
    if (seed == 1) week.report(std::cout);
  }
}

BOOST_AUTO_TEST_SUITE_END()

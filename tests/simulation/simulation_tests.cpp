// Lives of Latchkey from seeds. `simulation_tests -- --seed N` replays one; `-- --from N --count M` runs
// others.
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <string>

#include "simulation/world.h"

namespace {

constexpr int kSteps = 120;

struct Seeds {
  std::uint64_t from = 1;
  std::uint64_t count = 200;
};

Seeds wanted_seeds() {
  Seeds seeds;
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i + 1 < suite.argc; ++i) {
    const std::string option = suite.argv[i];
    if (option == "--seed") seeds = {std::stoull(suite.argv[i + 1]), 1};
    if (option == "--from") seeds.from = std::stoull(suite.argv[i + 1]);
    if (option == "--count") seeds.count = std::stoull(suite.argv[i + 1]);
  }
  return seeds;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulation_tests)

BOOST_AUTO_TEST_CASE(every_guarantee_holds_in_every_life) {
  const Seeds seeds = wanted_seeds();
  std::map<std::string, std::uint64_t> totals;
  for (std::uint64_t seed = seeds.from; seed < seeds.from + seeds.count; ++seed) {
    latchkey::test::World world(seed);
    try {
      world.run(kSteps);
      totals["crashes"] += static_cast<std::uint64_t>(world.crashes());
      totals["calls that reached a provider"] += world.checker().wires();
      for (const auto& [what, count] : world.checker().counts())
        totals[what] += static_cast<std::uint64_t>(count);
    } catch (const std::exception& error) {
      BOOST_ERROR("seed " << seed << ": " << error.what() << "; replay it: scripts/simulate --seed " << seed);
      if (seeds.count == 1) std::cout << world.ledger();
      return;
    }
  }
  std::cout << "seeds " << seeds.from << " to " << seeds.from + seeds.count - 1 << ", " << kSteps
            << " steps each\n";
  for (const auto& [what, count] : totals) std::cout << "  " << what << ": " << count << "\n";
  // A simulation in which something never happens proves nothing about it.
  if (seeds.count >= 100) {
    for (const char* what :
         {"crashes", "attempt.late", "job.held", "job.released", "job.refused", "clock.jump",
          "handover.result", "provider.paused", "state done", "state stale", "state cancelled"}) {
      BOOST_TEST(totals[what] > 0U, what << " never happened");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

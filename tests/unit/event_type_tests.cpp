#include <boost/test/unit_test.hpp>

#include "job/event_type.h"

namespace latchkey::job {

BOOST_AUTO_TEST_SUITE(event_type_tests)

// The words that programs rely on, in the order of the enum.
BOOST_AUTO_TEST_CASE(names_are_the_published_ones_and_lead_back) {
  const std::vector<std::string> published{"job.done", "job.failed",    "job.stale",
                                           "job.held", "job.cancelled", "batch.finished"};
  BOOST_REQUIRE(published.size() == kEventTypes.size());
  for (std::size_t i = 0; i < published.size(); ++i) {
    BOOST_TEST(name(kEventTypes[i]) == published[i]);
    BOOST_CHECK(event_type_named(published[i]) == kEventTypes[i]);
    BOOST_CHECK(!event_type_named(published[i] + " "));
  }
  BOOST_CHECK(!event_type_named(""));
  BOOST_CHECK(!event_type_named("job.queued"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::job

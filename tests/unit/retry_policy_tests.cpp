#include <boost/test/unit_test.hpp>
#include <limits>
#include <set>

#include "job/retry_policy.h"
#include "support/seeded_random.h"

namespace latchkey::job {
namespace {

// Draws the same value always: the least or the largest there is below any bound.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::uint64_t value) : value_(value) {}
  std::string bytes(std::size_t count) override {
    std::string out(count, '\0');
    for (std::size_t i = 0; i < count && i < sizeof value_; ++i) {
      out[i] = static_cast<char>(value_ >> (8 * i) & 0xFF);
    }
    return out;
  }

 private:
  std::uint64_t value_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_policy_tests)

BOOST_AUTO_TEST_CASE(wait_grows_twofold_up_to_most) {
  const RetryPolicy policy;
  const std::vector<std::int64_t> bounds{5'000, 10'000, 20'000, 40'000, 80'000, 120'000, 120'000};
  const std::uint64_t seed = 20260102;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    Millis longest{0};
    for (int draw = 0; draw < 400; ++draw) {
      const Millis wait = retry_wait(policy, static_cast<int>(i) + 1, random);
      BOOST_REQUIRE_GE(wait.count(), 250);
      BOOST_REQUIRE_LE(wait.count(), bounds[i]);
      longest = std::max(longest, wait);
    }
    BOOST_CHECK_GT(longest.count(), bounds[i] * 9 / 10);  // the whole range is used, or there is no jitter
  }
}

// The smallest draw that below() does not throw away is (2^64 mod bound): each end of the range has its draw.
BOOST_AUTO_TEST_CASE(both_ends_of_the_range_are_possible) {
  const RetryPolicy policy{5, Millis(5000), Millis(120000)};
  const std::uint64_t bound = 5001;
  const std::uint64_t top = std::numeric_limits<std::uint64_t>::max() / bound * bound;
  FixedRandom lowest(top - bound);
  BOOST_CHECK_EQUAL(retry_wait(policy, 1, lowest).count(), 250);
  FixedRandom highest(top - 1);
  BOOST_CHECK_EQUAL(retry_wait(policy, 1, highest).count(), 5000);
}

BOOST_AUTO_TEST_CASE(no_number_of_tries_overflows) {
  const RetryPolicy policy{1000, std::chrono::hours(24), std::chrono::hours(48)};
  SeededRandom random(1);
  for (const int tries : {-1, 0, 1, 31, 32, 63, 64, 1000, std::numeric_limits<int>::max()}) {
    const Millis wait = retry_wait(policy, tries, random);
    BOOST_CHECK_GE(wait.count(), 250);
    BOOST_CHECK_LE(wait.count(), policy.most.count());
  }
}

BOOST_AUTO_TEST_CASE(most_also_bounds_the_least_wait) {
  const RetryPolicy policy{5, Millis(10), Millis(40)};
  SeededRandom random(2);
  for (int tries = 1; tries < 8; ++tries) BOOST_CHECK_EQUAL(retry_wait(policy, tries, random).count(), 40);
}

BOOST_AUTO_TEST_CASE(waiting_for_limit_time_or_credentials_is_no_try) {
  const std::set<Code> free{Code::ExpiredBeforeSend, Code::Shutdown,  Code::Unauthorized,
                            Code::BadCredentials,    Code::Forbidden, Code::PaymentRequired};
  for (int i = 0; i <= static_cast<int>(Code::AttemptsExhausted); ++i) {
    const auto code = static_cast<Code>(i);
    for (const Outcome outcome : {Outcome::Rejected, Outcome::NotSent, Outcome::Unknown}) {
      BOOST_CHECK_MESSAGE(counts_as_try(outcome, code) == (free.count(code) == 0), name(code));
    }
    BOOST_CHECK_MESSAGE(!counts_as_try(Outcome::Throttled, code), name(code));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::job

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <set>

#include "base/encoding.h"
#include "base/random.h"
#include "tests/support/seeded_random.h"

namespace latchkey {
namespace {

/// Gives out the values it was given, as eight bytes each.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<std::uint64_t> values) : values_(std::move(values)) {}
  std::string bytes(std::size_t count) override {
    BOOST_REQUIRE(count == sizeof(std::uint64_t));
    BOOST_REQUIRE(drawn < values_.size());
    std::string out(count, '\0');
    std::memcpy(out.data(), &values_[drawn++], count);
    return out;
  }
  std::size_t drawn = 0;

 private:
  std::vector<std::uint64_t> values_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(random_tests)

BOOST_AUTO_TEST_CASE(system_random_gives_as_many_bytes_as_asked) {
  SystemRandom random;
  for (std::size_t count : {0U, 1U, 16U, 255U, 257U, 100'000U})
    BOOST_TEST(random.bytes(count).size() == count);
}

BOOST_AUTO_TEST_CASE(system_random_never_repeats_itself) {
  SystemRandom random;
  BOOST_TEST(random.bytes(32) != random.bytes(32));
  // The end of a large block is filled too.
  BOOST_TEST(random.bytes(1000).substr(900) != std::string(100, '\0'));
}

BOOST_AUTO_TEST_CASE(below_stays_below_and_reaches_every_value) {
  SeededRandom random(7);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 500; ++i) seen.insert(random.below(10));
  BOOST_TEST(seen.size() == 10U);
  BOOST_TEST(*seen.rbegin() == 9U);
}

BOOST_AUTO_TEST_CASE(below_one_is_always_zero) {
  SeededRandom random(7);
  for (int i = 0; i < 10; ++i) BOOST_TEST(random.below(1) == 0U);
}

BOOST_AUTO_TEST_CASE(below_rejects_the_values_that_would_come_up_too_often) {
  // 2^64 mod 3 is 1: of all 64-bit values exactly one, 0, has no partners for 1 and 2.
  ScriptedRandom random({0, 5});
  BOOST_TEST(random.below(3) == 2U);
  BOOST_TEST(random.drawn == 2U);
}

BOOST_AUTO_TEST_CASE(below_takes_the_first_value_that_is_fair) {
  ScriptedRandom random({1});
  BOOST_TEST(random.below(3) == 1U);
  ScriptedRandom power_of_two({0});
  BOOST_TEST(power_of_two.below(8) == 0U);
}

BOOST_AUTO_TEST_CASE(below_works_for_bounds_above_half_the_range) {
  const std::uint64_t bound = (std::uint64_t{1} << 63) + 1;
  ScriptedRandom random({bound - 3, bound - 2});  // 2^64 mod bound is bound - 2
  BOOST_TEST(random.below(bound) == bound - 2);
}

BOOST_AUTO_TEST_CASE(seeded_random_gives_the_published_splitmix64_sequence) {
  // First two values for seed 0, 0xE220A8397B1DCDAF and 0x6E789E6AA1B965F4, low byte first.
  BOOST_TEST(to_hex(SeededRandom(0).bytes(16)) == "afcd1d7b39a820e2f465b9a16a9e786e");
}

BOOST_AUTO_TEST_CASE(seeded_random_repeats_for_the_same_seed_only) {
  SeededRandom a(42), b(42), c(43);
  const std::string first = a.bytes(13);
  BOOST_TEST(first == b.bytes(13));
  BOOST_TEST(first != c.bytes(13));
  BOOST_TEST(first != a.bytes(13));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

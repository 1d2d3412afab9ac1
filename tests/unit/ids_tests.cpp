#include <boost/test/unit_test.hpp>

#include "base/encoding.h"
#include "base/ids.h"
#include "tests/support/seeded_random.h"

namespace latchkey {
namespace {

/// Only one bits or only zero bits: shows which bits of an id are fixed.
class ConstantRandom final : public Random {
 public:
  explicit ConstantRandom(char byte) : byte_(byte) {}
  std::string bytes(std::size_t count) override { return std::string(count, byte_); }

 private:
  const char byte_;
};

// The moment of the example in RFC 9562 appendix A.6: 2022-02-22T19:22:22.000Z.
constexpr TimePoint kExample = from_ms(0x017F22E279B0);

}  // namespace

BOOST_AUTO_TEST_SUITE(ids_tests)

BOOST_AUTO_TEST_CASE(id_takes_the_whole_charset) {
  BOOST_TEST(is_id("AZaz09._:-"));
  BOOST_TEST(is_id("a"));
  BOOST_TEST(is_id(std::string(64, 'x')));
}

BOOST_AUTO_TEST_CASE(id_refuses_anything_else) {
  BOOST_TEST(!is_id(""));
  BOOST_TEST(!is_id(std::string(65, 'x')));
  for (const char* bad : {"a b", "a/b", "a@b", "a\n", "é", "a,b", "\x7f", "`", "{", "[", "@"}) {
    BOOST_TEST(!is_id(bad), "took " << bad);
  }
  BOOST_TEST(!is_id(std::string_view("a\0b", 3)));
}

BOOST_AUTO_TEST_CASE(uuid7_has_the_layout_of_rfc_9562) {
  ConstantRandom zeros('\0'), ones('\xFF');
  BOOST_TEST(make_uuid7(kExample, zeros) == "017f22e2-79b0-7000-8000-000000000000");
  BOOST_TEST(make_uuid7(kExample, ones) == "017f22e2-79b0-7fff-bfff-ffffffffffff");
}

BOOST_AUTO_TEST_CASE(uuid7_sorts_by_time) {
  SeededRandom random(1);
  std::string last;
  for (std::int64_t ms : {0LL, 1LL, 255LL, 256LL, 65'536LL, 1'767'322'245'678LL, 253'402'300'799'999LL}) {
    const std::string id = make_uuid7(from_ms(ms), random);
    BOOST_TEST(last < id);
    last = id;
  }
}

BOOST_AUTO_TEST_CASE(uuid7_is_an_id_and_differs_within_one_millisecond) {
  SeededRandom random(1);
  const std::string a = make_uuid7(kExample, random);
  BOOST_TEST(is_id(a));
  BOOST_TEST(a.size() == 36U);
  BOOST_TEST(a != make_uuid7(kExample, random));
}

BOOST_AUTO_TEST_CASE(subject_id_is_the_time_and_80_random_bits) {
  ConstantRandom ones('\xFF');
  BOOST_TEST(make_subject_id(kExample, ones) == "AX8i4nmw_____________w");
  SeededRandom random(1);
  const std::string a = make_subject_id(kExample, random);
  BOOST_TEST(a.size() == 22U);
  BOOST_TEST(a != make_subject_id(kExample, random));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

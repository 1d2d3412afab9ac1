#include <boost/test/unit_test.hpp>
#include <cstring>
#include <string>

#include "base/keyed_hash.h"
#include "support/seeded_random.h"

using latchkey::KeyedHash;

BOOST_AUTO_TEST_SUITE(keyed_hash_tests)

// The key and the texts of the reference implementation: bytes 0, 1, 2, …
BOOST_AUTO_TEST_CASE(gives_what_the_reference_gives) {
  const KeyedHash hash({0x0706050403020100, 0x0f0e0d0c0b0a0908});
  std::string text(15, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i);
  const auto is = [&](std::size_t size, std::uint64_t first, std::uint64_t second) {
    return hash.of(std::string_view(text).substr(0, size)) == KeyedHash::Value{first, second};
  };
  BOOST_TEST(is(0, 0xe6a825ba047f81a3, 0x930255c71472f66d));
  BOOST_TEST(is(8, 0x61f55862baa9623b, 0xb49714f364e2830f));
  BOOST_TEST(is(15, 0x11a8b03399e99354, 0xd9c3cf970fec087e));
}

BOOST_AUTO_TEST_CASE(a_number_counts_as_its_eight_bytes) {
  latchkey::SeededRandom random(7);
  const KeyedHash hash(random);
  const std::uint64_t number = 0x0123456789abcdef;
  std::string pair(sizeof number, '\0');
  std::memcpy(pair.data(), &number, sizeof number);
  pair += "accepted";
  BOOST_TEST((hash.of(number, "accepted") == hash.of(pair)));
  BOOST_TEST((hash.of(number + 1, "accepted") != hash.of(pair)));
}

BOOST_AUTO_TEST_SUITE_END()

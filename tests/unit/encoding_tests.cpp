#include <boost/test/unit_test.hpp>

#include "base/encoding.h"
#include "tests/support/seeded_random.h"

namespace latchkey {

BOOST_AUTO_TEST_SUITE(encoding_tests)

BOOST_AUTO_TEST_CASE(hex_writes_lower_case_and_reads_both) {
  const std::string bytes("\x00\x7f\x80\xff\x0a", 5);
  BOOST_TEST(to_hex(bytes) == "007f80ff0a");
  BOOST_TEST(from_hex("007f80ff0a").value() == bytes);
  BOOST_TEST(from_hex("007F80FF0A").value() == bytes);
  BOOST_TEST(to_hex("").empty());
  BOOST_TEST(from_hex("").value().empty());
}

BOOST_AUTO_TEST_CASE(hex_refuses_odd_lengths_and_foreign_characters) {
  for (const char* bad : {"0", "abc", "0g", "g0", "0x", " 0", "/0", ":0", "@0", "`0"}) {
    BOOST_TEST(!from_hex(bad).has_value(), "took " << bad);
  }
}

BOOST_AUTO_TEST_CASE(base64_gives_the_vectors_of_rfc_4648) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    BOOST_TEST(to_base64(bytes) == text);
    BOOST_TEST(from_base64(text).value() == bytes);
    BOOST_TEST(to_base64url(bytes) == text.substr(0, text.find('=')));
  }
}

BOOST_AUTO_TEST_CASE(base64_alphabets_differ_in_two_characters) {
  BOOST_TEST(to_base64("\xfb\xff\xbf") == "+/+/");
  BOOST_TEST(to_base64url("\xfb\xff\xbf") == "-_-_");
  BOOST_TEST(from_base64("+/+/").value() == "\xfb\xff\xbf");
  BOOST_TEST(!from_base64("-_-_").has_value());
}

BOOST_AUTO_TEST_CASE(base64_refuses_every_second_spelling) {
  for (const char* bad :
       {"Zg", "Zg=", "Zg===", "Z", "Z===", "====", "=", "Zg==Zg==", "Z=g=", "Zm9v\n", "Zm 9v", "Zm9v ",
        "Zh==",  // spare bits that are not zero
        "Zm9=",  // likewise
        "Zm8=====", "=Zm8", "Zm9!", "A==="}) {
    BOOST_TEST(!from_base64(bad).has_value(), "took " << bad);
  }
  BOOST_TEST(!from_base64(std::string_view("Zm\0v", 4)).has_value());
}

BOOST_AUTO_TEST_CASE(random_bytes_come_back_from_hex_and_base64) {
  constexpr std::uint64_t kSeed = 4648;
  SeededRandom random(kSeed);
  for (std::size_t size = 0; size < 100; ++size) {
    BOOST_TEST_CONTEXT("seed " << kSeed << ", size " << size) {
      const std::string bytes = random.bytes(size);
      BOOST_TEST((from_hex(to_hex(bytes)) == bytes));
      BOOST_TEST((from_base64(to_base64(bytes)) == bytes));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

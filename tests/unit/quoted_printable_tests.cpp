#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>
#include <random>

#include "base/encoding.h"
#include "handover/quoted_printable.h"

using latchkey::from_hex;
using latchkey::SecretBuilder;
using latchkey::handover::QuotedPrintable;

namespace {

std::string encoded(const std::vector<std::string>& pieces) {
  std::size_t size = 8;
  for (const std::string& piece : pieces) size += piece.size() * QuotedPrintable::kGrowth;
  SecretBuilder out(size);
  QuotedPrintable writer(out);
  for (const std::string& piece : pieces) writer.write(piece);
  writer.finish();
  return std::string(out.take().reveal());
}

/// By the letter of RFC 2045, with CR LF for line ends.
std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      out += from_hex(text.substr(i + 1, 2)).value();
      i += 2;
    }
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quoted_printable_tests)

BOOST_AUTO_TEST_CASE(leaves_plain_text_readable) {
  BOOST_TEST(encoded({"Hello, world!\nBye.\n"}) == "Hello, world!\r\nBye.\r\n");
}

BOOST_AUTO_TEST_CASE(encodes_equals_signs_control_characters_and_utf8) {
  BOOST_TEST(encoded({"a=b\x01 ä"}) == "a=3Db=01 =C3=A4");
}

BOOST_AUTO_TEST_CASE(makes_one_kind_of_line_end_of_all_that_are_written) {
  BOOST_TEST(encoded({"a\r\nb\nc"}) == "a\r\nb\r\nc");
  BOOST_TEST(encoded({"a\rb"}) == "a=0Db");
  BOOST_TEST(encoded({"a\r", "\nb"}) == "a\r\nb");
}

BOOST_AUTO_TEST_CASE(keeps_white_space_at_the_end_of_a_line_from_getting_lost) {
  BOOST_TEST(encoded({"a \nb\t\nc "}) == "a=20\r\nb=09\r\nc=20");
  BOOST_TEST(encoded({"a  \n"}) == "a =20\r\n");
  BOOST_TEST(encoded({"a ", "\n"}) == "a=20\r\n");
}

BOOST_AUTO_TEST_CASE(breaks_long_lines_softly) {
  const std::string text(200, 'x');
  const std::string out = encoded({text});
  BOOST_TEST(out.substr(0, 78) == std::string(75, 'x') + "=\r\n");
  BOOST_TEST(decoded(out) == text);
}

BOOST_AUTO_TEST_CASE(can_be_read_back_whatever_it_was_and_keeps_to_its_limits) {
  const char* given = std::getenv("LATCHKEY_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "LATCHKEY_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const std::string likely = "aZ09 \t\n.=&?\xC3\xA4\x01";
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> pieces(1 + random() % 4);
    std::string lines;  // what must come back: LF as CR LF
    for (std::string& piece : pieces) {
      for (std::size_t i = random() % 150; i > 0; --i) {
        piece += random() % 4 ? likely[random() % likely.size()] : static_cast<char>(random() % 256);
        if (piece.back() == '\r') piece.back() = 'r';
        lines += piece.back() == '\n' ? "\r\n" : std::string(1, piece.back());
      }
    }
    const std::string out = encoded(pieces);
    BOOST_TEST_CONTEXT("round " << round) {
      BOOST_REQUIRE(decoded(out) == lines);
      for (std::size_t begin = 0, end = 0; begin < out.size(); begin = end + 2) {
        end = std::min(out.find("\r\n", begin), out.size());
        const std::string line = out.substr(begin, end - begin);
        BOOST_REQUIRE(line.size() <= 76U);
        BOOST_REQUIRE(!line.ends_with(' ') && !line.ends_with('\t'));
        for (const char c : line) BOOST_REQUIRE(c == '\t' || (c >= ' ' && c < 0x7F));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

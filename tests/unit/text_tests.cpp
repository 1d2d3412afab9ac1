#include <boost/test/unit_test.hpp>

#include "base/text.h"

namespace latchkey {
namespace {

const std::vector<std::string> kNotUtf8{"\x80",              // a continuation byte alone
                                        "\xc3",              // cut short
                                        "\xe2\x82",          // cut short
                                        "\xf0\x9f\x98",      // cut short
                                        "\xc3(",             // no continuation
                                        "\xc0\x80",          // zero, overlong
                                        "\xc1\xbf",          // overlong
                                        "\xe0\x9f\xbf",      // overlong
                                        "\xf0\x8f\xbf\xbf",  // overlong
                                        "\xed\xa0\x80",      // first surrogate
                                        "\xed\xbf\xbf",      // last surrogate
                                        "\xf4\x90\x80\x80",  // above U+10FFFF
                                        "\xf5\x80\x80\x80",
                                        "\xf8\x88\x80\x80\x80",
                                        "\xfe",
                                        "\xff"};

}  // namespace

BOOST_AUTO_TEST_SUITE(text_tests)

BOOST_AUTO_TEST_CASE(whole_number_takes_digits_and_nothing_else) {
  BOOST_TEST(whole_number("0").value() == 0);
  BOOST_TEST(whole_number("007").value() == 7);
  BOOST_TEST(whole_number("999999999").value() == 999'999'999);
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1e3", "1000000000"})
    BOOST_TEST(!whole_number(text), text);
}

BOOST_AUTO_TEST_CASE(trim_cuts_white_space_at_both_ends_only) {
  BOOST_TEST(trim(" \t\r\n\v\f a b \n") == "a b");
  BOOST_TEST(trim("ab") == "ab");
  BOOST_TEST(trim("") == "");
  BOOST_TEST(trim(" \n ") == "");
  BOOST_TEST(trim("\u00a0a") == "\u00a0a");
}

BOOST_AUTO_TEST_CASE(lower_case_changes_ascii_letters_only) {
  BOOST_TEST(to_lower("AZaz09@[`{É") == "azaz09@[`{É");
}

BOOST_AUTO_TEST_CASE(prefix_is_found_in_either_case) {
  BOOST_TEST(starts_with_ignoring_case("BEARER abc", "bearer "));
  BOOST_TEST(starts_with_ignoring_case("abc", ""));
  BOOST_TEST(!starts_with_ignoring_case("bear", "bearer"));
  BOOST_TEST(!starts_with_ignoring_case("[a", "{a"));  // differ only in the bit that tells cases apart
}

BOOST_AUTO_TEST_CASE(utf8_takes_the_ends_of_every_length) {
  for (const char* good : {"", "\x01", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff",
                           "\U00010000", "\U0010ffff", "Bücher für 北京 😀"}) {
    BOOST_TEST(is_utf8(good), good);
  }
  BOOST_TEST(is_utf8(std::string_view("\0", 1)));
}

BOOST_AUTO_TEST_CASE(utf8_refuses_malformed_sequences) {
  for (const std::string& bad : kNotUtf8) {
    BOOST_TEST(!is_utf8(bad));
    BOOST_TEST(!is_utf8("ab" + bad));
    BOOST_TEST(!is_utf8(bad + "ab"));
    BOOST_TEST(unprintable_part("ab" + bad).value() == "text that is not UTF-8");
  }
}

BOOST_AUTO_TEST_CASE(printable_text_has_no_unprintable_part) {
  for (const char* good :
       {"", " ~", "\u00a0", "é", "أحمد", "北京", "😀", "\u200c", "\u2027", "\u202f", "\u2065", "\u206a"}) {
    BOOST_TEST(!unprintable_part(good).has_value(), good);
  }
}

BOOST_AUTO_TEST_CASE(unprintable_part_says_what_it_is) {
  for (const char* text : {"a\nb", "\r", "a\u2028", "\u2029"}) {
    BOOST_TEST(unprintable_part(text).value() == "a line break");
  }
  for (const char* text : {"\x01", "\t", "\x1b[31m", "\x1f", "\x7f", "\u0080", "\u0085", "\u009f"}) {
    BOOST_TEST(unprintable_part(text).value() == "a control character");
  }
  BOOST_TEST(unprintable_part(std::string_view("a\0", 2)).value() == "a control character");
  for (const char* text : {"\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"}) {
    BOOST_TEST(unprintable_part(text).value() == "a bidirectional mark");
  }
  BOOST_TEST(unprintable_part("\ufeff").value() == "a byte order mark");
}

BOOST_AUTO_TEST_CASE(shown_text_has_nothing_that_a_terminal_would_obey) {
  BOOST_TEST(shown("a\x1b[31m\nb\u202e\xff") == "a?[31m?b??");
  BOOST_TEST(shown("é北") == "é北");
  for (const std::string& bad : kNotUtf8) BOOST_TEST(!unprintable_part(shown("a" + bad)).has_value());
}

BOOST_AUTO_TEST_CASE(shown_text_is_cut_between_characters) {
  BOOST_TEST(shown("北京北", 3) == "北京北");
  BOOST_TEST(shown("北京北京", 3) == "北京北…");
  BOOST_TEST(shown("abc", 0) == "…");
  BOOST_TEST(shown("", 0) == "");
  BOOST_TEST(shown(std::string(1'000, 'x')) == std::string(40, 'x') + "…");
}

BOOST_AUTO_TEST_CASE(nearest_finds_what_was_meant) {
  const std::vector<std::string> known{"rate", "burst", "link_lifetime", "timeout"};
  BOOST_TEST(nearest("rte", known).value() == "rate");
  BOOST_TEST(nearest("ratee", known).value() == "rate");
  BOOST_TEST(nearest("burts", known).value() == "burst");
  BOOST_TEST(nearest("RATE", known).value() == "rate");
  BOOST_TEST(nearest("timeout", known).value() == "timeout");
  BOOST_TEST(nearest("linklifetim", known).value() == "link_lifetime");
  BOOST_TEST(nearest("link_lifespan", known).value() == "link_lifetime");  // four letters of thirteen
}

BOOST_AUTO_TEST_CASE(nearest_does_not_guess_wildly) {
  const std::vector<std::string> known{"at", "rate"};
  BOOST_TEST(!nearest("xy", known).has_value());
  BOOST_TEST(!nearest("", known).has_value());
  BOOST_TEST(!nearest("workers", known).has_value());
  BOOST_TEST(!nearest("rate", {}).has_value());
  BOOST_TEST(!nearest(std::string(1'000'000, 'r'), known).has_value());
}

BOOST_AUTO_TEST_CASE(nearest_prefers_the_nearer_and_then_the_first) {
  BOOST_TEST(nearest("cart", {"cat", "cart"}).value() == "cart");
  BOOST_TEST(nearest("cxt", {"cat", "cut"}).value() == "cat");
}

BOOST_AUTO_TEST_CASE(display_width_counts_terminal_cells) {
  BOOST_TEST(display_width("") == 0U);
  BOOST_TEST(display_width("abc") == 3U);
  BOOST_TEST(display_width("é") == 1U);
  BOOST_TEST(display_width("e\u0301") == 1U);
  BOOST_TEST(display_width("北京") == 4U);
  BOOST_TEST(display_width("한국") == 4U);
  BOOST_TEST(display_width("😀") == 2U);
  BOOST_TEST(display_width("…") == 1U);
  BOOST_TEST(display_width("a\xff") == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

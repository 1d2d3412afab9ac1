#include <boost/test/unit_test.hpp>
#include <limits>

#include "base/json.h"

namespace latchkey {
namespace {

std::string why_not(std::string_view text, int depth_max = 32) {
  std::string why;
  BOOST_TEST(!parse_json(text, &why, depth_max).has_value());
  return why;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_tests)

BOOST_AUTO_TEST_CASE(builds_what_the_library_itself_would_build) {
  for (const char* text : {R"({"a":[1,-2,3.5,true,false,null,"x\u00e9\n"],"b":{"c":{},"d":[]},"":0})", "[]",
                           "{}", "null", "\"text\"", " 7 ", "[[1,[2]],[{\"a\":[3]}],4]"}) {
    BOOST_TEST((parse_json(text) == Json::parse(text)), text);
  }
}

BOOST_AUTO_TEST_CASE(duplicate_key_is_refused) {
  const std::string why = "a key that appears twice in one object";
  BOOST_TEST(why_not(R"({"a":1,"a":2})") == why);
  BOOST_TEST(why_not(R"({"a":1,"\u0061":2})") == why);
  BOOST_TEST(why_not(R"([{"x":{"a":{},"b":1,"a":[]}}])") == why);
}

BOOST_AUTO_TEST_CASE(same_key_in_different_objects_is_fine) {
  BOOST_TEST(parse_json(R"({"a":{"a":[{"a":1},{"a":2}]},"A":3})").has_value());
}

BOOST_AUTO_TEST_CASE(depth_is_capped) {
  BOOST_TEST(parse_json(nested(32)).has_value());
  BOOST_TEST(why_not(nested(33)) == "nested too deeply");
  BOOST_TEST(why_not("{\"a\":[{}]}", 2) == "nested too deeply");
  BOOST_TEST(parse_json("[{},[],{},[]]", nullptr, 2).has_value());
  BOOST_TEST(parse_json("7", nullptr, 0).has_value());
}

BOOST_AUTO_TEST_CASE(hostile_depth_does_not_overflow_the_stack) {
  BOOST_TEST(why_not(nested(100'000)) == "nested too deeply");
  BOOST_TEST(why_not(std::string(100'000, '[')) == "nested too deeply");
}

BOOST_AUTO_TEST_CASE(integers_keep_all_their_64_bits) {
  BOOST_TEST((parse_json("18446744073709551615").value() == std::numeric_limits<std::uint64_t>::max()));
  BOOST_TEST((parse_json("-9223372036854775808").value() == std::numeric_limits<std::int64_t>::min()));
}

BOOST_AUTO_TEST_CASE(number_that_does_not_fit_is_refused) {
  for (const char* text : {"18446744073709551616", "-9223372036854775809", "[1e999]", "-1e999",
                           "{\"a\":99999999999999999999999999}"}) {
    BOOST_TEST(why_not(text) == "a number that does not fit", text);
  }
  BOOST_TEST(parse_json("1e300").has_value());
  BOOST_TEST(
      parse_json("18446744073709551616.0").has_value());  // asked for as a fraction, so rounding is expected
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_refused) {
  BOOST_TEST(why_not("\"\xff\"") == "text that is not UTF-8");
  BOOST_TEST(why_not("\"\xc0\xaf\"") == "text that is not UTF-8");
  BOOST_TEST(why_not("\"\xed\xa0\x80\"") == "text that is not UTF-8");
  BOOST_TEST(why_not(R"("\ud800")").starts_with("not JSON"));
}

BOOST_AUTO_TEST_CASE(bytes_after_the_value_are_refused) {
  for (const char* text : {"{} {}", "1 2", "{}]", "nullx", "[],"}) {
    BOOST_TEST(why_not(text).starts_with("not JSON"), text);
  }
}

BOOST_AUTO_TEST_CASE(zero_byte_does_not_hide_what_follows) {
  BOOST_TEST(why_not(std::string_view("{}\0{}", 5)) == "a zero byte");
  BOOST_TEST(why_not(std::string_view("{}\0", 3)) == "a zero byte");
}

BOOST_AUTO_TEST_CASE(what_is_nearly_json_is_refused) {
  for (const char* text :
       {"",   " ",  "{",  "[1,]",    "{\"a\":1,}", "{a:1}",  "'a'", "NaN", "Infinity", "01",
        "+1", ".5", "1.", "// c\n1", "/**/1",      "\"\n\"", "\"",  "tru", "{\"a\"}",  "{1:2}"}) {
    BOOST_TEST(why_not(text).starts_with("not JSON"), text);
  }
}

BOOST_AUTO_TEST_CASE(refusal_never_quotes_the_input) {
  for (const char* text : {R"({"budi@example.com" 1})", R"(["budi@example.com)", "budi@example.com",
                           R"({"budi@example.com":1,"budi@example.com":2})"}) {
    const std::string why = why_not(text);
    BOOST_TEST(!why.empty());
    BOOST_TEST(why.find("bud") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(text_cut_anywhere_is_refused_and_harmless) {
  const std::string whole = R"({"data":[{"id":"a\u00e9","n":-1.5e3,"t":true},null],"x":{}})";
  BOOST_TEST(parse_json(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_TEST(!parse_json(std::string_view(whole).substr(0, size)).has_value(), "cut at " << size);
  }
}

BOOST_AUTO_TEST_CASE(string_member_takes_strings_only) {
  const Json object{{"name", "Budi"}, {"count", 3}, {"none", nullptr}};
  BOOST_TEST(string_member(object, "name").value() == "Budi");
  BOOST_TEST(!string_member(object, "count").has_value());
  BOOST_TEST(!string_member(object, "none").has_value());
  BOOST_TEST(!string_member(object, "absent").has_value());
  BOOST_TEST(!string_member(Json::array({"name"}), "name").has_value());
  BOOST_TEST(!string_member(Json("name"), "name").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

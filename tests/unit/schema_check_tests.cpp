#include <boost/test/unit_test.hpp>

#include "tests/support/schema_check.h"

using latchkey::Json;
using latchkey::schema_violations;

BOOST_AUTO_TEST_SUITE(schema_check_tests)

BOOST_AUTO_TEST_CASE(each_keyword_can_be_broken) {
  const Json schema = Json::parse(R"({"type":"object","required":["code","link"],"properties":{
      "code":{"type":"string","enum":["A","B"]},"link":{"type":"string","format":"uri"},
      "list":{"type":"array","items":{"type":"integer"}}}})");
  const auto violations = [&](const char* text) { return schema_violations(schema, Json::parse(text)); };
  BOOST_TEST(
      violations(R"({"code":"A","link":"https://h.example/p?x=1&y=/z","more":1,"list":[1,2]})").empty());
  BOOST_TEST(violations(R"([])").size() == 3);
  BOOST_TEST(violations(R"({"code":"A"})").size() == 1);
  BOOST_TEST(violations(R"({"code":"C","link":"https://h"})").at(0) == "$.code: is not one of the enum");
  BOOST_TEST(violations(R"({"code":"A","link":"Sudah kami kirim"})").at(0) == "$.link: is not a URI");
  BOOST_TEST(violations(R"({"code":"A","link":"https://h","list":[1,"2"]})").at(0) ==
             "$.list[1]: is not of type integer");
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_never_passes) {
  BOOST_TEST(schema_violations(Json{{"pattern", "a"}}, "a").size() == 1);
  BOOST_TEST(schema_violations(Json{{"format", "date"}}, "2026-01-01").size() == 1);
  BOOST_TEST(schema_violations(Json{{"type", "number"}}, 1.5).size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

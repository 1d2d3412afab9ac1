#include <boost/test/unit_test.hpp>

#include "surface/api_body.h"

namespace latchkey::surface {
namespace {

using std::chrono::seconds;

std::string complaint(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.code() + " " + error.what();
  }
  return "";
}

/// "field: message" of each, one a line.
std::string lines(const std::vector<FieldError>& errors) {
  std::string text;
  for (const FieldError& error : errors) text += error.field + ": " + error.message + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_body_tests)

BOOST_AUTO_TEST_CASE(body_is_one_json_object) {
  BOOST_TEST(parse_body(R"({"a":1})")["a"] == 1);
  for (const char* body : {"", "{", "[]", "1", "null", "{} {}", R"({"a":1,"a":2})", "{\"a\":\"\xff\"}"}) {
    BOOST_TEST(complaint([&] { parse_body(body); }).starts_with("invalid_request "), body);
  }
  BOOST_TEST(complaint([] { parse_body("{\"secret\":"); }).find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(body_that_may_be_left_out_is_an_empty_object) {
  BOOST_TEST(parse_optional_body("").empty());
  BOOST_TEST(complaint([] { parse_optional_body(" "); }).starts_with("invalid_request "));
}

BOOST_AUTO_TEST_CASE(members_are_what_they_should_be_or_named) {
  const Json json = parse_body(
      R"({"text":"x","number":1,"flag":true,"null":null,"wait":"5s","long":"1h","odd":"soon","list":[1]})");
  std::vector<FieldError> errors;
  BodyReader reader(json, "jobs[17].", errors);
  BOOST_TEST(reader.text("text").value() == "x");
  BOOST_TEST(!reader.text("absent"));
  BOOST_TEST(reader.boolean("flag").value());
  BOOST_TEST((reader.duration("wait", seconds(1), seconds(30)).value() == seconds(5)));
  BOOST_TEST(reader.list("list")->size() == 1U);
  BOOST_TEST(reader.list("absent") == nullptr);
  BOOST_TEST(errors.empty());

  BOOST_TEST(!reader.text("number"));
  BOOST_TEST(!reader.text("null"));
  BOOST_TEST(!reader.boolean("text"));
  BOOST_TEST(!reader.duration("long", seconds(1), seconds(30)));
  BOOST_TEST(!reader.duration("odd", seconds(1), seconds(30)));
  BOOST_TEST(!reader.duration("number", seconds(1), seconds(30)));
  BOOST_TEST(reader.list("text") == nullptr);
  BOOST_TEST(!reader.needed_text("missing"));
  BOOST_TEST(lines(errors) ==
             "jobs[17].number: expected a string\n"
             "jobs[17].null: expected a string\n"
             "jobs[17].text: expected true or false\n"
             "jobs[17].long: expected a duration from \"1s\" to \"30s\"\n"
             "jobs[17].odd: expected a duration from \"1s\" to \"30s\"\n"
             "jobs[17].number: expected a duration from \"1s\" to \"30s\", as a string\n"
             "jobs[17].text: expected a list\n"
             "jobs[17].missing: is needed\n");
}

BOOST_AUTO_TEST_CASE(needed_text_of_another_type_is_named_once) {
  const Json json = parse_body(R"({"a":1})");
  std::vector<FieldError> errors;
  BodyReader(json, "", errors).needed_text("a");
  BOOST_TEST(lines(errors) == "a: expected a string\n");
}

BOOST_AUTO_TEST_CASE(unknown_members_are_named_with_the_one_that_was_meant) {
  const Json json = parse_body(R"({"requestid":"x","zzzzzzzz":1,"email":"y"})");
  std::vector<FieldError> errors;
  BodyReader reader(json, "", errors);
  reader.text("requestId");
  reader.text("email");
  reader.finish();
  BOOST_TEST(lines(errors) ==
             "requestid: is no field of this request; did you mean \"requestId\"?\n"
             "zzzzzzzz: is no field of this request\n");
}

BOOST_AUTO_TEST_CASE(reason_is_one_that_the_ledger_may_hold) {
  const auto reason = [](const std::string& body, bool needed) {
    const Json json = parse_body(body);
    std::vector<FieldError> errors;
    const std::string given = BodyReader(json, "", errors).reason(needed);
    return errors.empty() ? given : "! " + errors.front().field;
  };
  BOOST_TEST(reason(R"({"reason":"asked Budi"})", true) == "asked Budi");
  BOOST_TEST(reason("{}", false) == "");
  BOOST_TEST(reason("{}", true) == "! reason");
  BOOST_TEST(reason(R"({"reason":""})", false) == "! reason");
  BOOST_TEST(reason(R"({"reason":"for budi@example.com"})", false) == "! reason");
}

BOOST_AUTO_TEST_CASE(rejection_says_the_first_and_counts_the_rest) {
  reject_if_any("invalid_request", {});
  BOOST_TEST(complaint([] { reject_if_any("conflict", {{"a", "is bad"}}); }) == "conflict a: is bad");
  BOOST_TEST(complaint([] {
               reject_if_any("conflict", {{"", "all is bad"}, {"b", "too"}});
             }) == "conflict all is bad (and 1 more)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface

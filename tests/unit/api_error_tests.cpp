#include <boost/test/unit_test.hpp>

#include "surface/api_error.h"

namespace latchkey::surface {
namespace {

std::string header(const ApiAnswer& answer, const std::string& wanted) {
  for (const auto& [name, value] : answer.headers) {
    if (name == wanted) return value;
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_error_tests)

BOOST_AUTO_TEST_CASE(document_has_the_same_members_in_the_same_order) {
  const ApiAnswer answer = error_answer(InputError("conflict", "requestId", "is taken"), "order-1");
  BOOST_TEST(answer.status == 409);
  BOOST_TEST(answer.body ==
             R"({"code":"conflict","message":"requestId: is taken","requestId":"order-1",)"
             R"("docs":"docs/api.md#conflict","errors":[{"field":"requestId","message":"is taken"}]})");
  BOOST_TEST(error_answer(InputError("try_later", "", "later"), "").body ==
             R"({"code":"try_later","message":"later","requestId":null,)"
             R"("docs":"docs/api.md#try_later","errors":[]})");
}

BOOST_AUTO_TEST_CASE(statuses_are_those_of_the_table) {
  const std::vector<std::pair<std::string, int>> expected{
      {"unauthorized", 401},       {"forbidden", 403},
      {"not_found", 404},          {"wrong_state", 409},
      {"link_gone", 410},          {"body_too_large", 413},
      {"suppressed", 422},         {"invalid_request", 422},
      {"provider_off", 503},       {"try_later", 503},
      {"internal", 500},           {"something_new", 422},
      {"method_not_allowed", 405}, {"unsupported_media_type", 415},
      {"headers_too_large", 431}};
  for (const auto& [code, status] : expected) BOOST_TEST(status_of(code) == status, code);
}

BOOST_AUTO_TEST_CASE(some_say_more_in_a_header) {
  BOOST_TEST(header(error_answer(InputError("try_later", "", "x"), ""), "Retry-After") == "1");
  BOOST_TEST(header(error_answer(InputError("provider_off", "", "x"), ""), "Retry-After").empty());
  BOOST_TEST(header(error_answer(InputError("unauthorized", "", "x"), ""), "WWW-Authenticate") == "Bearer");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_fresh_is_told_when_it_could) {
  const CannotBeFresh error("no room", from_ms(1'767'225'600'000));
  BOOST_TEST(Json::parse(error_answer(error, "").body)["earliestDueAt"] == "2026-01-01T00:00:00.000Z");
  BOOST_TEST(!Json::parse(error_answer(InputError("conflict", "", "x"), "").body).contains("earliestDueAt"));
}

BOOST_AUTO_TEST_CASE(of_many_wrong_fields_a_hundred_are_listed_and_all_counted) {
  const std::vector<FieldError> errors(250, FieldError{"f", "is bad"});
  const Json body = Json::parse(error_answer(InputError("invalid_request", "f: is bad", errors), "").body);
  BOOST_TEST(body["errors"].size() == 100U);
  BOOST_TEST(body["message"].get<std::string>().find("250") != std::string::npos);
  const std::vector<FieldError> fewer(100, FieldError{"f", "is bad"});
  BOOST_TEST(Json::parse(error_answer(InputError("invalid_request", "f", fewer), "").body)["message"] == "f");
}

BOOST_AUTO_TEST_CASE(fault_of_ours_says_nothing_of_what_broke) {
  const ApiAnswer answer = internal_answer("order-1");
  BOOST_TEST(answer.status == 500);
  BOOST_TEST(Json::parse(answer.body)["requestId"] == "order-1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface

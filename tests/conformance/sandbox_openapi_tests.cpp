#include <boost/test/unit_test.hpp>
#include <set>

#include "base/files.h"
#include "tests/support/sandbox_calls.h"
#include "tests/support/schema_check.h"
#include "tests/support/source_dir.h"

using namespace latchkey;
using namespace latchkey::sandbox;

namespace {

/// Every answer that the sandbox gives is held against what the vendor's page says about its status.
struct Conformance : SandboxCalls {
  const Json page =
      Json::parse(read_file(test::source_dir() / "tests/conformance/nomos_openapi.json", 1 << 20));
  const std::string token = access_token();
  std::set<std::string> seen;

  void expect(int status, const Answer& answer) {
    BOOST_TEST(answer.status == status);
    BOOST_TEST(answer.type == "application/json");
    const std::string key = std::to_string(answer.status);
    BOOST_REQUIRE_MESSAGE(page["answers"].contains(key), "the page has no status " << key);
    for (const std::string& violation : schema_violations(page["answers"][key], Json::parse(answer.body))) {
      BOOST_TEST(false, key << " " << violation);
    }
    seen.insert(key);
  }
  void expect(int status, const std::string& customer_id) {
    expect(status, ask(mint_call(token, customer_id)));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox_openapi_tests, Conformance)

BOOST_AUTO_TEST_CASE(every_status_of_the_page_is_answered_in_its_shape) {
  state.nomos_limiter.set(Limit{});
  expect(200, "cus_abc123");
  expect(400, "cus_badrequest");
  expect(401, "cus_unauthorized");
  expect(402, "cus_payment");
  expect(403, "cus_forbidden");
  expect(404, "cus_notfound");
  expect(409, "cus_conflict");
  expect(422, "cus_unprocessable");
  expect(429, "cus_throttle");
  expect(500, "cus_error500");
  Call wrong_method = mint_call(token, "cus_abc123");
  wrong_method.method = "GET";
  expect(405, ask(wrong_method));
  for (const auto& answer : page["answers"].items()) BOOST_TEST(seen.contains(answer.key()), answer.key());
}

BOOST_AUTO_TEST_CASE(customer_has_the_shape_of_the_page) {
  const Answer found = ask(look_up_call(token, "cus_abc123"));
  BOOST_TEST(found.status == 200);
  for (const std::string& violation : schema_violations(page["customer"], Json::parse(found.body))) {
    BOOST_TEST(false, violation);
  }
  expect(404, ask(look_up_call(token, "cus_notfound_1")));
  expect(401, ask(look_up_call("wrong", "cus_abc123")));
}

BOOST_AUTO_TEST_CASE(refusals_that_nobody_ordered_have_the_same_shapes) {
  expect(422, "nonsense");
  expect(401, ask(mint_call("wrong", "cus_abc123")));
  expect(403, ask(mint_call(access_token("read:*"), "cus_abc123")));
  Call call = mint_call(token, "cus_abc123");
  call.headers["x-api-version"] = "none";
  expect(400, ask(call));
  call = mint_call(token, "cus_abc123");
  call.path = "/nowhere";
  expect(401, ask(call));
  for (int i = 0; i < 10; ++i) ask(mint_call(token, "cus_abc123"));
  expect(429, "cus_abc123");
}

BOOST_AUTO_TEST_CASE(links_of_every_kind_are_uris) {
  for (const char* id : {"cus_foreignhost", "cus_httplink", "cus_checkout"}) expect(200, id);
}

BOOST_AUTO_TEST_CASE(newer_version_adds_to_the_shape_and_takes_nothing_away) {
  for (const std::string id : {"cus_abc123", "nonsense", "cus_notfound"}) {
    Call call = mint_call(token, id);
    call.headers["x-api-version"] = "2026-05-27.curie";
    const Answer answer = ask(call);
    expect(answer.status, answer);
  }
}

BOOST_AUTO_TEST_CASE(requests_are_taken_as_the_page_says) {
  Call call = mint_call(token, "cus_abc123");
  for (const char* body : {"{}", R"({"customerId":7})", "[]", R"({"customerId":"cus_abc123"})",
                           R"({"customerId":"cus_abc123","more":true})"}) {
    call.body = body;
    const bool fits = schema_violations(page["request"], Json::parse(body)).empty();
    BOOST_TEST((ask(call).status == 200) == fits, body);
  }
}

BOOST_AUTO_TEST_SUITE_END()

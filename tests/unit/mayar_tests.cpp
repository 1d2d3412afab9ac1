#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "provider/mayar.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/outcome_text.h"
#include "tests/support/provider_setup.h"

using namespace latchkey;
using provider::Mayar;
using provider::Result;

namespace {

struct Fixture {
  ProviderSetup setup;
  Mayar mayar{setup.mayar, setup.clock};
  FakeHttpClient http;

  Result call(HttpAnswer answer) {
    http.answer_with(std::move(answer));
    return mayar.call(fresh_call("budi@example.com"), http);
  }
  std::string text(int status, const std::string& body) { return text_of(call(http_answer(status, body))); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mayar_tests, Fixture)

BOOST_AUTO_TEST_CASE(asks_for_one_mail_in_the_documented_form) {
  BOOST_TEST(text(200, kMayarAccepted) == "accepted");
  const SentRequest sent = http.sent().at(0);
  BOOST_TEST(sent.method == "POST");
  BOOST_TEST(sent.url == "https://provider.example/hl/v2/customers/portal-login");
  BOOST_TEST(sent.authorization == "Bearer mayar-key-1");
  BOOST_TEST(sent.body == R"({"email":"budi@example.com"})");
  const std::vector<std::pair<std::string, std::string>> headers{{"Accept", "application/json"},
                                                                 {"User-Agent", "latchkey/" LATCHKEY_VERSION},
                                                                 {"X-Request-Id", "job-1"},
                                                                 {"Content-Type", "application/json"}};
  BOOST_TEST((sent.headers == headers));
}

BOOST_AUTO_TEST_CASE(keeps_no_link_but_says_that_there_was_one) {
  const Result result = call(http_answer(
      200, R"({"statusCode":200,"messages":"success","data":{"url":"https://web.mayar.id/login/abc"}})"));
  BOOST_TEST(text_of(result) == "accepted unexpected_link");
  BOOST_TEST(result.link.empty());
}

BOOST_AUTO_TEST_CASE(accepts_a_success_without_a_status_but_nothing_that_says_less) {
  BOOST_TEST(text(200, R"({"messages":"success"})") == "accepted");
  BOOST_TEST(text(200, R"({"message":"Success","data":{}})") == "accepted");
  BOOST_TEST(text(200, R"({"statusCode":"200"})") == "accepted");
  for (const char* body : {"", "ok", "{}", "[]", R"({"data":{"url":"x"}})", R"({"messages":"queued"})",
                           R"({"statusCode":null,"messages":"success"})", R"({"statusCode":4294967496})",
                           R"({"statusCode":true})", R"({"statusCode":100})", R"({"statusCode":302})",
                           R"({"statusCode":-200})"}) {
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(text(200, body) == "unknown bad_answer");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_status_in_the_body_counts_when_it_is_worse) {
  BOOST_TEST(text(200, mayar_error(400)) == "rejected invalid_request");
  BOOST_TEST(text(200, mayar_error(401)) == "rejected unauthorized pause");
  BOOST_TEST(text(200, mayar_error(403)) == "rejected forbidden pause");
  BOOST_TEST(text(200, mayar_error(404)) == "rejected email_not_registered");
  BOOST_TEST(text(200, mayar_error(429)) == "throttled rate_limited wait=60000");
  BOOST_TEST(text(200, mayar_error(500)) == "rejected provider_error");
  BOOST_TEST(text(200, R"({"statusCode":"404"})") == "rejected email_not_registered");
  BOOST_TEST(text(400, mayar_error(429)) == "throttled rate_limited wait=60000");
  BOOST_TEST(text(500, mayar_error(404)) == "rejected provider_error");
  BOOST_TEST(text(404, mayar_error(200)) == "rejected email_not_registered");
}

BOOST_AUTO_TEST_CASE(a_server_error_that_claims_success_is_unknown) {
  BOOST_TEST(text(500, kMayarAccepted) == "unknown bad_answer");
  BOOST_TEST(text(502, R"({"messages":"success"})") == "unknown bad_answer");
}

BOOST_AUTO_TEST_CASE(a_server_error_is_mayars_own_by_its_words) {
  BOOST_TEST(text(500, R"({"message":"Internal"})") == "rejected provider_error");
  BOOST_TEST(text(500, R"({"messages":["a","b"]})") == "rejected provider_error");
  BOOST_TEST(text(500, R"({"statusCode":500})") == "rejected provider_error");
  BOOST_TEST(text(500, R"({"error":"upstream"})") == "unknown bad_answer");
}

BOOST_AUTO_TEST_CASE(reads_how_long_to_stay_away) {
  BOOST_TEST(text_of(call(http_answer(429, mayar_error(429), {{"retry-after", "5"}}))) ==
             "throttled rate_limited wait=5000");
  BOOST_TEST(text_of(call(http_answer(200, mayar_error(429), {{"retry-after", "5"}}))) ==
             "throttled rate_limited wait=5000");
  BOOST_TEST(text_of(call(http_answer(200, kMayarAccepted,
                                      {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "2"}}))) ==
             "accepted wait=2000");
}

BOOST_AUTO_TEST_CASE(sends_nothing_for_a_job_that_went_stale) {
  http.answer_with(http_answer(200, kMayarAccepted));
  const Result result = mayar.call({"job-1", "budi@example.com", [] { return false; }}, http);
  BOOST_TEST(text_of(result) == "not_sent expired_before_send");
  BOOST_TEST(http.sent().empty());
}

BOOST_AUTO_TEST_CASE(check_tells_a_refused_key_from_an_accepted_one) {
  for (const int status : {200, 400, 404}) {
    http.answer_with(http_answer(status, R"({"webhook":"https://merchant.example/hook"})"));
    const provider::Check check = mayar.check(http);
    BOOST_TEST(check.ok);
    BOOST_TEST(check.text.find("merchant") == std::string::npos);
  }
  for (const int status : {401, 403, 429, 500, 302}) {
    http.answer_with(http_answer(status, ""));
    const provider::Check check = mayar.check(http);
    BOOST_TEST(!check.ok);
    BOOST_TEST(check.text.find(std::to_string(status)) != std::string::npos);
  }
  http.answer_with(http_failure(HttpFailure::Dns, false));
  BOOST_TEST(mayar.check(http).text.find("dns") != std::string::npos);
  BOOST_TEST(http.sent().at(0).method == "GET");
  BOOST_TEST(http.sent().at(0).url ==
             "https://provider.example/hl/v2/customers/detail?email=latchkey-check%40example.invalid");
}

BOOST_AUTO_TEST_CASE(new_keys_are_used_and_unusable_ones_are_not) {
  BOOST_TEST(!mayar.reload_credentials());
  setup.exchange("mayar.key", "mayar-key-2");
  BOOST_TEST(mayar.reload_credentials());
  setup.exchange("mayar.key", "two\nlines");
  BOOST_CHECK_THROW(mayar.reload_credentials(), InputError);
  std::filesystem::remove(setup.mayar.api_key_file);
  BOOST_CHECK_THROW(mayar.reload_credentials(), Error);
  text(200, kMayarAccepted);
  BOOST_TEST(http.sent().at(0).authorization == "Bearer mayar-key-2");
}

BOOST_AUTO_TEST_CASE(a_trailing_slash_in_the_address_does_no_harm) {
  setup.mayar.base_url = "https://provider.example/mayar/";
  Mayar other(setup.mayar, setup.clock);
  http.answer_with(http_answer(200, kMayarAccepted));
  other.call(fresh_call("budi@example.com"), http);
  BOOST_TEST(http.sent().at(0).url == "https://provider.example/mayar/hl/v2/customers/portal-login");
}

BOOST_AUTO_TEST_CASE(an_unsafe_address_is_refused) {
  setup.mayar.base_url = "http://provider.example";
  BOOST_CHECK_THROW(Mayar(setup.mayar, setup.clock), InputError);
}

BOOST_AUTO_TEST_SUITE_END()

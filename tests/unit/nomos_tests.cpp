#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "provider/nomos.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/outcome_text.h"
#include "tests/support/provider_setup.h"

using namespace latchkey;
using provider::Nomos;
using provider::Result;

namespace {

struct Fixture {
  ProviderSetup setup;
  Nomos nomos{setup.nomos, setup.clock};
  FakeHttpClient http;

  Fixture() { http.answer_with(http_answer(200, token_body())); }
  Result call(HttpAnswer answer) {
    http.answer_with(std::move(answer));
    return nomos.call(fresh_call("cus_1"), http);
  }
  std::string text(int status, const std::string& body) { return text_of(call(http_answer(status, body))); }
  /// A look-up that is answered so, and then a mint that would go well. Minted or not shows in `text_of`.
  Result look_up(HttpAnswer customer, const std::string& expected = "budi@example.com") {
    FakeHttpClient client;
    client.answer_with(std::move(customer));
    client.answer_with(http_answer(200, kNomosAccepted));
    setup.use_fixed_token();
    Nomos fixed(setup.nomos, setup.clock);
    Result result = fixed.call(fresh_call("cus_1", expected), client);
    requests = client.sent();
    BOOST_TEST(requests.size() == (result.outcome == job::Outcome::Accepted ? 2U : 1U));
    return result;
  }
  std::string looked_up(int status, const std::string& body,
                        const std::string& expected = "budi@example.com") {
    return text_of(look_up(http_answer(status, body), expected));
  }

  std::vector<SentRequest> requests;  // of the last look_up
};

std::string minted(const std::string& link) {
  return R"({"object":"magic_link","link":")" + link + R"("})";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(nomos_tests, Fixture)

BOOST_AUTO_TEST_CASE(mints_in_the_documented_form) {
  const Result result = call(http_answer(200, kNomosAccepted));
  BOOST_TEST(text_of(result) == "accepted");
  BOOST_TEST(result.link.reveal() == kLink);
  BOOST_TEST(result.credential == 1U);
  const SentRequest sent = http.sent().at(1);
  BOOST_TEST(sent.method == "POST");
  BOOST_TEST(sent.url == "https://provider.example/admin/magic_link");
  BOOST_TEST(sent.authorization == "Bearer access-1");
  BOOST_TEST(sent.body == R"({"customerId":"cus_1"})");
  const std::vector<std::pair<std::string, std::string>> headers{{"Accept", "application/json"},
                                                                 {"User-Agent", "latchkey/" LATCHKEY_VERSION},
                                                                 {"X-Request-Id", "job-1"},
                                                                 {"X-API-Version", "2026-01-29.edison"},
                                                                 {"Content-Type", "application/json"}};
  BOOST_TEST((sent.headers == headers));
}

BOOST_AUTO_TEST_CASE(a_link_that_fails_the_checks_goes_nowhere) {
  for (const char* link : {"https://evil.example/?token_hash=abc", "http://a.customerportal.energy/", ""}) {
    const Result result = call(http_answer(200, minted(link)));
    BOOST_TEST(text_of(result) == "rejected link_rejected");
    BOOST_TEST(result.link.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_success_without_a_link_is_unknown) {
  for (const char* body : {"", "ok", "{}", "[]", R"({"link":null})", R"({"link":7})",
                           R"({"link":["https://a"]})", R"({"object":"magic_link"})"}) {
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(text(200, body) == "unknown bad_answer");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_code_in_the_body_counts_when_it_is_worse) {
  BOOST_TEST(text(200, nomos_error("TOO_MANY_REQUESTS")) == "throttled rate_limited wait=30000");
  BOOST_TEST(text(400, nomos_error("NOT_FOUND")) == "rejected customer_not_found");
  BOOST_TEST(text(400, nomos_error("SOMETHING_NEW")) == "rejected invalid_request");
}

BOOST_AUTO_TEST_CASE(a_server_error_is_nomoss_own_flat_or_nested) {
  BOOST_TEST(text(500, nomos_error("INTERNAL_SERVER_ERROR")) == "rejected provider_error");
  BOOST_TEST(text(503, R"({"error":{"code":"UNAVAILABLE","message":"Later"}})") == "rejected provider_error");
  BOOST_TEST(text(503, R"({"message":"no healthy upstream"})") == "unknown bad_answer");
  BOOST_TEST(text(503, R"({"error":"upstream"})") == "unknown bad_answer");
  BOOST_TEST(text(502, "<html>Bad gateway</html>") == "unknown bad_answer");
}

BOOST_AUTO_TEST_CASE(keeps_the_request_id_of_an_error_body_before_that_of_the_header) {
  const auto id = [&](const std::string& body) {
    return call(http_answer(404, body, {{"x-request-id", "header-1"}})).provider_request_id.value_or("none");
  };
  BOOST_TEST(id(nomos_error("NOT_FOUND")) == "req-9");
  BOOST_TEST(id(R"({"error":{"code":"NOT_FOUND","message":"No","requestId":"req-8"}})") == "req-8");
  BOOST_TEST(id(R"({"code":"NOT_FOUND","message":"No","requestId":"budi@example.com"})") == "header-1");
  BOOST_TEST(id("") == "header-1");
}

BOOST_AUTO_TEST_CASE(waits_as_the_header_says_then_the_message_then_half_a_minute) {
  const std::string body = nomos_error("TOO_MANY_REQUESTS", "Wait 12 seconds before retrying.");
  BOOST_TEST(text_of(call(http_answer(429, body, {{"retry-after", "5"}}))) ==
             "throttled rate_limited wait=5000");
  BOOST_TEST(text(429, body) == "throttled rate_limited wait=12000");
  BOOST_TEST(text(429, nomos_error("TOO_MANY_REQUESTS", "Wait 999999999 seconds")) ==
             "throttled rate_limited wait=3600000");
  for (const char* message : {"Wait", "Wait ", "Wait 7", "Wait a bit", "Wait 7 minutes", "Wait -7 seconds"}) {
    BOOST_TEST_CONTEXT(message) {
      BOOST_TEST(text(429, nomos_error("TOO_MANY_REQUESTS", message)) == "throttled rate_limited wait=30000");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_401_drops_the_access_token_and_names_it) {
  const Result first = call(http_answer(401, nomos_error("UNAUTHORIZED")));
  BOOST_TEST(text_of(first) == "rejected unauthorized");
  BOOST_TEST(first.credential == 1U);
  http.answer_with(http_answer(200, token_body("access-2")));
  const Result second = call(http_answer(200, kNomosAccepted));
  BOOST_TEST(text_of(second) == "accepted");
  BOOST_TEST(second.credential == 2U);
  BOOST_TEST(http.sent().at(3).authorization == "Bearer access-2");
}

BOOST_AUTO_TEST_CASE(a_401_pauses_at_once_where_the_token_is_fixed) {
  setup.use_fixed_token();
  Nomos fixed(setup.nomos, setup.clock);
  FakeHttpClient client;
  client.answer_with(http_answer(401, nomos_error("UNAUTHORIZED")));
  BOOST_TEST(text_of(fixed.call(fresh_call("cus_1"), client)) == "rejected unauthorized pause");
  BOOST_TEST(client.sent().at(0).authorization == "Bearer fixed-token-1");
}

BOOST_AUTO_TEST_CASE(mints_nothing_for_a_job_that_went_stale_while_the_token_was_fetched) {
  http.answer_with(http_answer(200, kNomosAccepted));
  const Result result = nomos.call({"job-1", "cus_1", [] { return false; }}, http);
  BOOST_TEST(text_of(result) == "not_sent expired_before_send");
  BOOST_TEST(http.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_mint_gets_only_the_time_that_the_token_left) {
  FakeHttpClient client;
  client.answer_with([&](const HttpRequest& request) {
    BOOST_TEST((request.timeout == setup.nomos.timeout / 2));
    setup.clock.advance(Millis(7000));
    return http_answer(200, token_body());
  });
  client.answer_with(http_answer(200, kNomosAccepted));
  nomos.call(fresh_call("cus_1"), client);
  BOOST_TEST((client.sent().at(1).timeout == setup.nomos.timeout - Millis(7000)));
}

BOOST_AUTO_TEST_CASE(a_token_that_takes_all_the_time_leaves_the_mint_unsent) {
  FakeHttpClient client;
  client.answer_with([&](const HttpRequest&) {
    setup.clock.advance(setup.nomos.timeout);
    return http_answer(200, token_body());
  });
  BOOST_TEST(text_of(nomos.call(fresh_call("cus_1"), client)) == "not_sent token_failed");
  BOOST_TEST(client.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(looks_the_customer_up_before_the_mint_when_an_address_is_expected) {
  const std::string body = customer_body(R"("budi@example.com")");
  BOOST_TEST(text_of(look_up(http_answer(200, body))) == "accepted");
  const SentRequest& asked = requests.at(0);
  BOOST_TEST(asked.method == "GET");
  BOOST_TEST(asked.url == "https://provider.example/customers/cus_1");
  BOOST_TEST(asked.authorization == "Bearer fixed-token-1");
  BOOST_TEST(asked.body.empty());
  const std::vector<std::pair<std::string, std::string>> headers{{"Accept", "application/json"},
                                                                 {"User-Agent", "latchkey/" LATCHKEY_VERSION},
                                                                 {"X-Request-Id", "job-1"},
                                                                 {"X-API-Version", "2026-01-29.edison"}};
  BOOST_TEST((asked.headers == headers));
  BOOST_TEST(requests.at(1).url == "https://provider.example/admin/magic_link");
  BOOST_TEST(requests.at(1).authorization == "Bearer fixed-token-1");
}

BOOST_AUTO_TEST_CASE(compares_addresses_in_their_normalised_form) {
  const std::vector<std::pair<std::string, std::string>> same{
      {"budi@example.com", "Budi@Example.COM"},
      {"Budi@Example.com", "budi@example.com"},
      {"budi@example.com", " budi@example.com "},
      {"budi@xn--bcher-kva.example", "budi@b\u00fccher.example"},
      {"budi@B\u00dcCHER.example", "budi@xn--bcher-kva.example"}};
  for (const auto& [expected, shown] : same) {
    BOOST_TEST_CONTEXT(expected << " and " << shown) {
      BOOST_TEST(looked_up(200, customer_body("\"" + shown + "\""), expected) == "accepted");
    }
  }
}

BOOST_AUTO_TEST_CASE(mints_nothing_for_another_address_or_none) {
  for (const char* email :
       {R"("siti@example.com")", R"("budi@example.org")", R"("budi@example.com.")", R"("budi+a@example.com")",
        R"("budi@example.com,siti@example.com")", R"("b\u0000udi@example.com")", R"("budi")", R"("")", "null",
        "7", R"(["budi@example.com"])", R"({"value":"budi@example.com"})"}) {
    BOOST_TEST_CONTEXT(email) {
      BOOST_TEST(looked_up(200, customer_body(email)) == "rejected address_mismatch");
    }
  }
  BOOST_TEST(looked_up(200, R"({"object":"customer","id":"cus_1"})") == "rejected address_mismatch");
  // What is no address is like nothing, itself included.
  BOOST_TEST(looked_up(200, customer_body(R"("budi")"), "budi") == "rejected address_mismatch");
  BOOST_TEST(looked_up(200, customer_body(R"("")"), "") == "rejected address_mismatch");
}

BOOST_AUTO_TEST_CASE(what_is_not_about_this_customer_says_nothing_of_its_address) {
  const std::string email = R"("email":"budi@example.com")";
  for (const std::string& body :
       {std::string(), std::string("ok"), std::string("null"), std::string("{}"), "[{" + email + "}]",
        "{" + email + "}", R"({"id":7,)" + email + "}", customer_body(R"("budi@example.com")", "cus_2"),
        customer_body(R"("budi@example.com")", "CUS_1"), R"({"customer":{"id":"cus_1",)" + email + "}}",
        R"({"id":"cus_1","id":"cus_1",)" + email + "}", customer_body(R"("budi@example.com")") + "x"}) {
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(looked_up(200, body) == "not_sent bad_answer");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_error_of_the_look_up_is_that_of_the_mint_but_never_unknown) {
  const std::string customer = customer_body(R"("budi@example.com")");
  BOOST_TEST(looked_up(404, nomos_error("NOT_FOUND")) == "rejected customer_not_found");
  BOOST_TEST(looked_up(404, customer) == "rejected customer_not_found");
  BOOST_TEST(looked_up(200, nomos_error("NOT_FOUND")) == "rejected customer_not_found");
  BOOST_TEST(looked_up(429, nomos_error("TOO_MANY_REQUESTS", "Wait 12 seconds before retrying.")) ==
             "throttled rate_limited wait=12000");
  BOOST_TEST(looked_up(401, nomos_error("UNAUTHORIZED")) == "rejected unauthorized pause");
  BOOST_TEST(looked_up(402, nomos_error("PAYMENT_REQUIRED")) == "rejected payment_required pause");
  BOOST_TEST(looked_up(403, nomos_error("FORBIDDEN")) == "rejected forbidden pause");
  BOOST_TEST(looked_up(500, nomos_error("INTERNAL_SERVER_ERROR")) == "rejected provider_error");
  BOOST_TEST(looked_up(502, "<html>Bad gateway</html>") == "not_sent bad_answer");
  BOOST_TEST(looked_up(302, "") == "not_sent bad_answer");
}

BOOST_AUTO_TEST_CASE(a_look_up_without_an_answer_is_not_sent_whatever_was_written) {
  for (const bool written : {false, true}) {
    BOOST_TEST(text_of(look_up(http_failure(HttpFailure::Timeout, written))) == "not_sent timeout");
    BOOST_TEST(text_of(look_up(http_failure(HttpFailure::Reset, written))) == "not_sent reset");
    BOOST_TEST(text_of(look_up(http_failure(HttpFailure::Aborted, written))) == "not_sent shutdown");
    BOOST_TEST(text_of(look_up(http_failure(HttpFailure::BadAnswer, written))) == "not_sent bad_answer");
  }
}

BOOST_AUTO_TEST_CASE(a_401_for_the_look_up_drops_the_access_token_and_names_it) {
  http.answer_with(http_answer(401, nomos_error("UNAUTHORIZED")));
  const Result first = nomos.call(fresh_call("cus_1", "budi@example.com"), http);
  BOOST_TEST(text_of(first) == "rejected unauthorized");
  BOOST_TEST(first.credential == 1U);
  http.answer_with(http_answer(200, token_body("access-2")));
  http.answer_with(http_answer(200, customer_body(R"("budi@example.com")")));
  http.answer_with(http_answer(200, kNomosAccepted));
  const Result second = nomos.call(fresh_call("cus_1", "budi@example.com"), http);
  BOOST_TEST(text_of(second) == "accepted");
  BOOST_TEST(second.credential == 2U);
  BOOST_TEST(http.sent().size() == 5U);
}

BOOST_AUTO_TEST_CASE(the_result_is_that_of_the_answer_that_decided_and_the_time_is_that_of_both) {
  const auto timed = [](HttpAnswer answer, Millis took) {
    answer.took = took;
    return answer;
  };
  HttpAnswer customer = timed(http_answer(200, customer_body(R"("budi@example.com")"),
                                          {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "3"}}),
                              Millis(40));
  FakeHttpClient client;
  client.answer_with(http_answer(200, token_body()));
  client.answer_with(customer);
  client.answer_with(timed(http_answer(404, nomos_error("NOT_FOUND")), Millis(2)));
  const Result minted = nomos.call(fresh_call("cus_1", "budi@example.com"), client);
  BOOST_TEST(text_of(minted) == "rejected customer_not_found wait=3000");
  BOOST_TEST(minted.http == 404);
  BOOST_TEST((minted.took == Millis(42)));
  BOOST_TEST(minted.provider_request_id.value_or("none") == "req-9");

  const Result other = look_up(customer, "siti@example.com");
  BOOST_TEST(other.http == 200);
  BOOST_TEST((other.took == Millis(40)));
  BOOST_TEST(other.credential == 1U);
}

BOOST_AUTO_TEST_CASE(freshness_is_asked_again_before_the_mint_is_written) {
  http.answer_with(http_answer(200, customer_body(R"("budi@example.com")")));
  http.answer_with(http_answer(200, kNomosAccepted));
  int asked = 0;
  provider::Call call = fresh_call("cus_1", "budi@example.com");
  call.still_fresh = [&] { return ++asked == 1; };
  BOOST_TEST(text_of(nomos.call(call, http)) == "not_sent expired_before_send");
  BOOST_TEST(http.sent().size() == 2U);  // token and look-up
  BOOST_TEST(http.sent().at(1).method == "GET");
}

BOOST_AUTO_TEST_CASE(the_look_up_leaves_half_of_the_time_to_the_mint) {
  setup.nomos.timeout = Millis(10'000);
  setup.use_fixed_token();
  const auto minted_after = [&](Millis took, FakeHttpClient& client) {
    client.answer_with([&, took](const HttpRequest&) {
      setup.clock.advance(took);
      return http_answer(200, customer_body(R"("budi@example.com")"));
    });
    client.answer_with(http_answer(200, kNomosAccepted));
    return text_of(Nomos(setup.nomos, setup.clock).call(fresh_call("cus_1", "budi@example.com"), client));
  };
  FakeHttpClient quick;
  BOOST_TEST(minted_after(Millis(3'000), quick) == "accepted");
  BOOST_TEST((quick.sent().at(0).timeout == Millis(5'000)));
  BOOST_TEST((quick.sent().at(1).timeout == Millis(7'000)));
  FakeHttpClient slow;  // beyond what it was given
  BOOST_TEST(minted_after(Millis(10'000), slow) == "not_sent timeout");
  BOOST_TEST(slow.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(check_asks_for_a_token_and_for_health) {
  http.answer_with(http_answer(200, "OK"));
  BOOST_TEST(nomos.check(http).ok);
  BOOST_TEST(http.sent().at(0).url == "https://provider.example/oauth/token");
  BOOST_TEST(http.sent().at(1).method == "GET");
  BOOST_TEST(http.sent().at(1).url == "https://provider.example/health");
  BOOST_TEST(http.sent().at(1).authorization.empty());
  http.answer_with(http_answer(503, ""));
  BOOST_TEST(!nomos.check(http).ok);
  http.answer_with(http_failure(HttpFailure::Timeout, true));
  BOOST_TEST(!nomos.check(http).ok);
}

BOOST_AUTO_TEST_CASE(check_says_when_the_credentials_are_refused) {
  FakeHttpClient client;
  client.answer_with(http_answer(401, nomos_error("UNAUTHORIZED")));
  const provider::Check check = nomos.check(client);
  BOOST_TEST(!check.ok);
  BOOST_TEST(check.text.find("bad_credentials") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_a_version_that_cannot_stand_in_a_header) {
  setup.nomos.api_version = "2026\r\nX-Evil: 1";
  BOOST_CHECK_THROW(Nomos(setup.nomos, setup.clock), InputError);
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>

#include "provider/answer.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/outcome_text.h"

using namespace latchkey;
using namespace latchkey::provider;
using job::Code;
using job::Outcome;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the moment of RFC 9110's examples.
constexpr TimePoint kNow = from_ms(784'111'777'000);

std::optional<std::int64_t> wait_ms(std::vector<std::pair<std::string, std::string>> headers) {
  const std::optional<Millis> wait = wait_asked(http_answer(429, "", std::move(headers)), kNow);
  if (!wait) return std::nullopt;
  return wait->count();
}

std::string judged(int status, bool own_body) {
  Result result;
  conclude_status(result, status, own_body, {Code::CustomerNotFound, Millis(30000), true});
  return text_of(result);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_tests)

BOOST_AUTO_TEST_CASE(waits_the_seconds_of_retry_after) {
  BOOST_TEST(wait_ms({{"retry-after", "7"}}).value() == 7000);
  BOOST_TEST(wait_ms({{"retry-after", "0"}}).value() == 0);
}

BOOST_AUTO_TEST_CASE(waits_until_the_date_of_retry_after) {
  BOOST_TEST(wait_ms({{"retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"}}).value() == 60'000);
  BOOST_TEST(wait_ms({{"retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"}}).value() == 0);
}

BOOST_AUTO_TEST_CASE(waits_an_hour_at_most) {
  BOOST_TEST(wait_ms({{"retry-after", "999999999"}}).value() == 3'600'000);
  BOOST_TEST(wait_ms({{"retry-after", "Sun, 06 Nov 2094 08:50:37 GMT"}}).value() == 3'600'000);
}

BOOST_AUTO_TEST_CASE(ignores_a_retry_after_that_it_cannot_read) {
  for (const char* text : {"", "soon", "-5", "1.5", "99999999999999999999", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994", "5 seconds"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!wait_ms({{"retry-after", text}}));
    }
  }
  BOOST_TEST(!wait_ms({}));
}

BOOST_AUTO_TEST_CASE(waits_for_the_reset_of_an_exhausted_limit) {
  BOOST_TEST(wait_ms({{"ratelimit-remaining", "0"}, {"ratelimit-reset", "3"}}).value() == 3000);
  BOOST_TEST(!wait_ms({{"ratelimit-remaining", "1"}, {"ratelimit-reset", "3"}}));
  BOOST_TEST(!wait_ms({{"ratelimit-remaining", "0"}}));
  BOOST_TEST(!wait_ms({{"ratelimit-reset", "3"}}));
}

BOOST_AUTO_TEST_CASE(waits_for_the_longer_of_both) {
  BOOST_TEST(
      wait_ms({{"ratelimit-remaining", "0"}, {"ratelimit-reset", "3"}, {"retry-after", "2"}}).value() ==
      3000);
  BOOST_TEST(
      wait_ms({{"ratelimit-remaining", "0"}, {"ratelimit-reset", "3"}, {"retry-after", "9"}}).value() ==
      9000);
}

BOOST_AUTO_TEST_CASE(a_throttled_caller_waits_a_second_at_least) {
  BOOST_TEST((throttle_wait(Millis(0), Millis(60000)) == Millis(1000)));
  BOOST_TEST((throttle_wait(Millis(5000), Millis(60000)) == Millis(5000)));
  BOOST_TEST((throttle_wait(std::nullopt, Millis(60000)) == Millis(60000)));
}

BOOST_AUTO_TEST_CASE(keeps_the_providers_request_id_when_it_is_one) {
  const auto id = [](const char* value) {
    return begin_result(http_answer(200, "", {{"x-request-id", value}}), "job-1", kNow).provider_request_id;
  };
  BOOST_TEST(id("req_1.a:b-c").value() == "req_1.a:b-c");
  BOOST_TEST(!id("job-1"));  // ours, sent back
  BOOST_TEST(!id("budi@example.com"));
  BOOST_TEST(!id(""));
  BOOST_TEST(!id(std::string(65, 'a').c_str()));
}

BOOST_AUTO_TEST_CASE(a_failure_is_not_sent_until_a_byte_was_written) {
  const std::vector<std::pair<HttpFailure, Code>> rows{
      {HttpFailure::Dns, Code::Dns},
      {HttpFailure::Connect, Code::Connect},
      {HttpFailure::NotPublic, Code::Connect},
      {HttpFailure::Tls, Code::Tls},
      {HttpFailure::Refused, Code::ExpiredBeforeSend},
      {HttpFailure::Aborted, Code::Shutdown},
      {HttpFailure::Timeout, Code::Timeout},
      {HttpFailure::Reset, Code::Reset},
      {HttpFailure::BadAnswer, Code::BadAnswer},
  };
  for (const auto& [failure, code] : rows) {
    for (const bool written : {false, true}) {
      Result result;
      conclude_failure(result, http_failure(failure, written));
      BOOST_TEST((result.outcome == (written ? Outcome::Unknown : Outcome::NotSent)));
      BOOST_TEST((result.code == code));
    }
  }
}

BOOST_AUTO_TEST_CASE(judges_every_status) {
  for (const bool own : {false, true}) {
    BOOST_TEST(judged(400, own) == "rejected invalid_request");
    BOOST_TEST(judged(401, own) == "rejected unauthorized pause");
    BOOST_TEST(judged(402, own) == "rejected payment_required pause");
    BOOST_TEST(judged(403, own) == "rejected forbidden pause");
    BOOST_TEST(judged(404, own) == "rejected customer_not_found");
    BOOST_TEST(judged(405, own) == "rejected invalid_request");
    BOOST_TEST(judged(409, own) == "rejected conflict");
    BOOST_TEST(judged(422, own) == "rejected invalid_request");
    BOOST_TEST(judged(429, own) == "throttled rate_limited wait=30000");
    for (const int status : {0, 100, 101, 199, 200, 204, 299, 301, 302, 304, 307, 308, 600, 999}) {
      BOOST_TEST_CONTEXT(status) {
        BOOST_TEST(judged(status, own) == "unknown bad_answer");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_error_that_is_not_listed_counts_only_with_the_providers_own_body) {
  for (const int status : {500, 501, 502, 503, 504, 520, 599}) {
    BOOST_TEST(judged(status, true) == "rejected provider_error");
    BOOST_TEST(judged(status, false) == "unknown bad_answer");
  }
  for (const int status : {406, 408, 410, 413, 415, 418, 451, 499}) {
    BOOST_TEST(judged(status, true) == "rejected invalid_request");
    BOOST_TEST(judged(status, false) == "unknown bad_answer");
  }
}

BOOST_AUTO_TEST_CASE(the_worse_of_two_statuses_counts_but_a_redirect_stays_one) {
  BOOST_TEST(worse_status(200, 404) == 404);
  BOOST_TEST(worse_status(500, 404) == 500);
  BOOST_TEST(worse_status(404, 429) == 429);
  BOOST_TEST(worse_status(404, 200) == 404);
  BOOST_TEST(worse_status(404, std::nullopt) == 404);
  BOOST_TEST(worse_status(302, 404) == 302);
}

BOOST_AUTO_TEST_CASE(a_body_is_taken_out_of_its_answer_and_wiped) {
  HttpAnswer answer = http_answer(200, R"({"link":"https://a.example/0123456789"})");
  const char* bytes = answer.body.data();
  const std::size_t size = answer.body.size();
  const Body body(answer);
  BOOST_REQUIRE(body.object());
  BOOST_TEST(*text_member(*body.object(), "link") == "https://a.example/0123456789");
  BOOST_TEST(!text_member(*body.object(), "object"));
  BOOST_TEST(answer.body.empty());
  // The string is empty, its memory is still its own: nothing of the link may be left there.
  BOOST_TEST(std::string(bytes, size).find("example") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_json_object_has_none) {
  for (const char* text : {"", "[]", "1", "\"a\"", "null", "{", "<html>", "{}{}", R"({"a":1,"a":2})"}) {
    HttpAnswer answer = http_answer(200, text);
    BOOST_TEST(Body(answer).object() == nullptr);
  }
}

BOOST_AUTO_TEST_SUITE_END()

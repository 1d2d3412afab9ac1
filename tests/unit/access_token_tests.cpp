#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "base/error.h"
#include "provider/access_token.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/provider_setup.h"

using namespace latchkey;
using job::Code;
using job::Outcome;
using provider::AccessToken;

namespace {

/// "Bearer …" of the token, or what its failure comes to. Called by many threads, so no assertion of Boost's
/// in it.
std::string told(const AccessToken::Obtained& obtained) {
  if (!obtained.failure) return std::string(obtained.authorization.reveal());
  if (!obtained.authorization.empty()) return "a failure with a token";
  return std::string(job::name(obtained.failure->outcome)) + " " +
         std::string(job::name(obtained.failure->code));
}

struct Fixture {
  ProviderSetup setup;
  AccessToken token{setup.nomos, setup.clock};
  FakeHttpClient http;

  Millis deadline() { return setup.clock.now().boot + setup.nomos.timeout; }
  AccessToken::Obtained obtain() { return token.obtain(http, nullptr, deadline()); }
  std::string after(HttpAnswer answer) {
    http.answer_with(std::move(answer));
    return told(obtain());
  }
};

/// Workers who need a token at the same time. The first one's fetch stays in flight until every other one is
/// known to wait for it: whoever waits asks whether its job is still fresh.
class Crowd {
 public:
  Crowd(Fixture& fixture, int waiting) : fixture_(fixture), left_(waiting) {
    fetcher_.answer_with([this](const HttpRequest&) {
      in_flight_.set_value();
      return answer_.get_future().get();
    });
    threads_.emplace_back(
        [this] { first_ = told(fixture_.token.obtain(fetcher_, nullptr, fixture_.deadline())); });
    in_flight_.get_future().wait();
    others_.resize(static_cast<std::size_t>(waiting));
    for (std::string& other : others_) {
      threads_.emplace_back([this, &other] {
        bool seen = false;
        const auto still_fresh = [this, seen]() mutable {
          if (!seen && --left_ == 0) all_wait_.set_value();
          seen = true;
          return fresh_.load();
        };
        other = told(fixture_.token.obtain(fixture_.http, still_fresh, fixture_.deadline()));
      });
    }
    if (waiting > 0) all_wait_.get_future().wait();
  }

  void everyone_goes_stale() { fresh_ = false; }
  void answer(HttpAnswer answer) { answer_.set_value(std::move(answer)); }
  void join_others() {
    for (std::size_t i = 1; i < threads_.size(); ++i) threads_[i].join();
    threads_.resize(1);
  }
  std::string first() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return first_;
  }
  const std::vector<std::string>& others() const { return others_; }
  std::size_t fetches() const { return fetcher_.sent().size() + fixture_.http.sent().size(); }

 private:
  Fixture& fixture_;
  FakeHttpClient fetcher_;
  std::promise<void> in_flight_;
  std::promise<HttpAnswer> answer_;
  std::promise<void> all_wait_;
  std::atomic<int> left_;
  std::atomic<bool> fresh_{true};
  std::vector<std::thread> threads_;
  std::string first_;
  std::vector<std::string> others_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(access_token_tests, Fixture)

BOOST_AUTO_TEST_CASE(asks_with_basic_credentials_and_a_form) {
  BOOST_TEST(after(http_answer(200, token_body())) == "Bearer access-1");
  const SentRequest sent = http.sent().at(0);
  BOOST_TEST(sent.method == "POST");
  BOOST_TEST(sent.url == "https://provider.example/oauth/token");
  BOOST_TEST(sent.authorization == "Basic Y2xpZW50LTE6bm9tb3Mtc2VjcmV0LTE=");
  BOOST_TEST(sent.body == "grant_type=client_credentials");
  BOOST_TEST(sent.headers.back().second == "application/x-www-form-urlencoded");
}

BOOST_AUTO_TEST_CASE(asks_with_json_where_configured) {
  setup.nomos.token_request_json = true;
  AccessToken json(setup.nomos, setup.clock);
  http.answer_with(http_answer(200, token_body()));
  json.obtain(http, nullptr, deadline());
  BOOST_TEST(http.sent().at(0).body == R"({"grant_type":"client_credentials"})");
  BOOST_TEST(http.sent().at(0).headers.back().second == "application/json");
}

BOOST_AUTO_TEST_CASE(keeps_the_token_and_renews_it_a_minute_before_its_end) {
  after(http_answer(200, token_body("access-1", 3600)));
  setup.clock.advance(std::chrono::seconds(3539));
  BOOST_TEST(told(obtain()) == "Bearer access-1");
  BOOST_TEST(http.sent().size() == 1U);
  setup.clock.advance(std::chrono::seconds(1));
  BOOST_TEST(after(http_answer(200, token_body("access-2", 3600))) == "Bearer access-2");
  BOOST_TEST(obtain().number == 2U);
}

BOOST_AUTO_TEST_CASE(a_wall_clock_set_back_does_not_lengthen_its_life) {
  after(http_answer(200, token_body("access-1", 3600)));
  setup.clock.advance(std::chrono::hours(1));
  setup.clock.step_wall(-std::chrono::hours(2));
  BOOST_TEST(after(http_answer(200, token_body("access-2"))) == "Bearer access-2");
}

BOOST_AUTO_TEST_CASE(a_life_that_is_not_told_is_taken_for_five_minutes) {
  for (const char* body :
       {R"({"access_token":"a"})", R"({"access_token":"a","expires_in":"soon"})",
        R"({"access_token":"a","expires_in":-1})", R"({"access_token":"a","expires_in":null})"}) {
    AccessToken fresh(setup.nomos, setup.clock);
    http.answer_with(http_answer(200, body));
    fresh.obtain(http, nullptr, deadline());
    const std::size_t sent = http.sent().size();
    setup.clock.advance(std::chrono::seconds(269));
    fresh.obtain(http, nullptr, deadline());
    BOOST_TEST(http.sent().size() == sent);
    setup.clock.advance(std::chrono::seconds(1));
    http.answer_with(http_answer(200, body));
    fresh.obtain(http, nullptr, deadline());
    BOOST_TEST(http.sent().size() == sent + 1);
  }
}

BOOST_AUTO_TEST_CASE(refused_credentials_pause_the_provider) {
  for (const int status : {400, 401, 403}) {
    http.answer_with(http_answer(status, nomos_error("UNAUTHORIZED")));
    const AccessToken::Obtained obtained = obtain();
    BOOST_TEST(told(obtained) == "not_sent bad_credentials");
    BOOST_TEST(obtained.failure->pause);
  }
}

BOOST_AUTO_TEST_CASE(a_throttled_fetch_says_how_long_to_wait) {
  http.answer_with(http_answer(429, ""));
  http.answer_with(http_answer(429, nomos_error("TOO_MANY_REQUESTS", "Wait 12 seconds before retrying.")));
  http.answer_with(http_answer(429, "", {{"retry-after", "5"}}));
  for (const int seconds : {30, 12, 5}) {
    const AccessToken::Obtained obtained = obtain();
    BOOST_TEST(told(obtained) == "throttled rate_limited");
    BOOST_TEST((obtained.failure->wait == std::chrono::seconds(seconds)));
    BOOST_TEST(!obtained.failure->pause);
  }
}

BOOST_AUTO_TEST_CASE(every_other_failure_is_token_failed) {
  for (const HttpFailure failure : {HttpFailure::Dns, HttpFailure::Connect, HttpFailure::Tls,
                                    HttpFailure::Timeout, HttpFailure::Reset, HttpFailure::BadAnswer}) {
    for (const bool written : {false, true})
      BOOST_TEST(after(http_failure(failure, written)) == "not_sent token_failed");
  }
  for (const int status : {204, 302, 404, 500, 502, 503}) {
    BOOST_TEST(after(http_answer(status, token_body()))
                   .starts_with(status == 204 ? "Bearer" : "not_sent token_failed"));
    token.drop(1);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_usable_token_is_token_failed) {
  for (const std::string& body :
       {std::string(), std::string("ok"), std::string("[]"), std::string("{}"),
        std::string(R"({"access_token":""})"), std::string(R"({"access_token":7})"), token_body("two words"),
        token_body("line\\nbreak"), token_body(std::string(8193, 'a'))}) {
    BOOST_TEST_CONTEXT(body.substr(0, 80)) {
      BOOST_TEST(after(http_answer(200, body)) == "not_sent token_failed");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_aborted_fetch_is_a_shutdown) {
  http.abort();
  BOOST_TEST(told(obtain()) == "not_sent shutdown");
}

BOOST_AUTO_TEST_CASE(a_failure_is_not_kept) {
  BOOST_TEST(after(http_failure(HttpFailure::Dns, false)) == "not_sent token_failed");
  BOOST_TEST(after(http_answer(200, token_body())) == "Bearer access-1");
}

BOOST_AUTO_TEST_CASE(drops_a_token_only_while_it_is_the_current_one) {
  after(http_answer(200, token_body("access-1")));
  token.drop(1);
  after(http_answer(200, token_body("access-2")));
  token.drop(1);  // a late 401 of the first token
  BOOST_TEST(told(obtain()) == "Bearer access-2");
  BOOST_TEST(http.sent().size() == 2U);
}

BOOST_AUTO_TEST_CASE(many_who_wait_share_one_fetch) {
  Crowd crowd(*this, 8);
  crowd.answer(http_answer(200, token_body()));
  BOOST_TEST(crowd.first() == "Bearer access-1");
  for (const std::string& other : crowd.others()) BOOST_TEST(other == "Bearer access-1");
  BOOST_TEST(crowd.fetches() == 1U);
}

BOOST_AUTO_TEST_CASE(many_who_wait_share_a_token_that_lives_for_no_time) {
  Crowd crowd(*this, 3);
  crowd.answer(http_answer(200, token_body("access-1", 0)));
  BOOST_TEST(crowd.first() == "Bearer access-1");
  for (const std::string& other : crowd.others()) BOOST_TEST(other == "Bearer access-1");
  BOOST_TEST(crowd.fetches() == 1U);
}

BOOST_AUTO_TEST_CASE(many_who_wait_share_a_failure) {
  http.answer_with(http_answer(200, token_body("access-2")));  // what one would get who asked again
  Crowd crowd(*this, 8);
  crowd.answer(http_answer(503, ""));
  BOOST_TEST(crowd.first() == "not_sent token_failed");
  for (const std::string& other : crowd.others()) BOOST_TEST(other == "not_sent token_failed");
  BOOST_TEST(crowd.fetches() == 1U);
}

BOOST_AUTO_TEST_CASE(one_who_waits_leaves_when_its_job_goes_stale) {
  Crowd crowd(*this, 3);
  crowd.everyone_goes_stale();
  crowd.join_others();  // while the fetch is still in flight
  for (const std::string& other : crowd.others()) BOOST_TEST(other == "not_sent expired_before_send");
  crowd.answer(http_answer(200, token_body()));
  BOOST_TEST(crowd.first() == "Bearer access-1");
}

BOOST_AUTO_TEST_CASE(when_the_one_who_fetches_is_stopped_another_takes_over) {
  Crowd crowd(*this, 4);
  http.answer_with(http_answer(200, token_body("access-2")));
  crowd.answer(http_failure(HttpFailure::Aborted, true));
  BOOST_TEST(crowd.first() == "not_sent shutdown");
  for (const std::string& other : crowd.others()) BOOST_TEST(other == "Bearer access-2");
  BOOST_TEST(crowd.fetches() == 2U);
}

BOOST_AUTO_TEST_CASE(an_exception_in_the_fetch_lets_nobody_hang) {
  http.answer_with(
      [](const HttpRequest&) -> HttpAnswer { throw InputError("invalid_request", "url", "no"); });
  BOOST_CHECK_THROW(obtain(), InputError);
  BOOST_TEST(after(http_answer(200, token_body())) == "Bearer access-1");
}

BOOST_AUTO_TEST_CASE(one_who_waits_beyond_its_deadline_leaves) {
  Crowd crowd(*this, 0);
  setup.clock.advance(setup.nomos.timeout);
  const Millis passed = setup.clock.now().boot;
  BOOST_TEST(told(token.obtain(http, nullptr, passed)) == "not_sent token_failed");
  crowd.answer(http_answer(200, token_body()));
  BOOST_TEST(crowd.first() == "Bearer access-1");
}

BOOST_AUTO_TEST_CASE(new_credentials_replace_the_token) {
  after(http_answer(200, token_body("access-1")));
  BOOST_TEST(!token.reload());
  setup.exchange("nomos.secret", "nomos-secret-2");
  BOOST_TEST(token.reload());
  BOOST_TEST(after(http_answer(200, token_body("access-2"))) == "Bearer access-2");
  BOOST_TEST(http.sent().at(1).authorization == "Basic Y2xpZW50LTE6bm9tb3Mtc2VjcmV0LTI=");
}

BOOST_AUTO_TEST_CASE(new_credentials_make_a_fetch_in_flight_worthless) {
  Crowd crowd(*this, 0);
  setup.exchange("nomos.secret", "nomos-secret-2");
  BOOST_TEST(token.reload());
  crowd.answer(http_answer(401, nomos_error("UNAUTHORIZED")));
  // The fetcher asks again with the new credentials; its own script has ended, so that fetch cannot connect.
  BOOST_TEST(crowd.first() == "not_sent token_failed");
}

BOOST_AUTO_TEST_CASE(unusable_key_files_leave_everything_as_it_was) {
  after(http_answer(200, token_body("access-1")));
  setup.exchange("nomos.secret", "two\nlines");
  BOOST_CHECK_THROW(token.reload(), InputError);
  BOOST_TEST(told(obtain()) == "Bearer access-1");
}

BOOST_AUTO_TEST_CASE(a_fixed_token_is_never_fetched_nor_dropped) {
  setup.use_fixed_token();
  AccessToken fixed(setup.nomos, setup.clock);
  fixed.drop(1);
  setup.clock.advance(std::chrono::hours(24 * 365));
  const AccessToken::Obtained obtained = fixed.obtain(http, nullptr, deadline());
  BOOST_TEST(told(obtained) == "Bearer fixed-token-1");
  BOOST_TEST(obtained.number == 1U);
  BOOST_TEST(http.sent().empty());
  setup.exchange("nomos.token", "fixed-token-2");
  BOOST_TEST(fixed.reload());
  BOOST_TEST(told(fixed.obtain(http, nullptr, deadline())) == "Bearer fixed-token-2");
  BOOST_TEST(fixed.obtain(http, nullptr, deadline()).number == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

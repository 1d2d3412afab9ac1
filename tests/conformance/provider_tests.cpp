// One suite over both providers, with the real HTTP client against a scripted server: every row of the table
// in docs/providers.md, at each step of a call. Mayar has one step; Nomos has two, the access token and the
// mint.

#include <boost/test/unit_test.hpp>
#include <memory>
#include <thread>

#include "base/curl_http_client.h"
#include "provider/mayar.h"
#include "provider/nomos.h"
#include "tests/support/certificates.h"
#include "tests/support/closed_port.h"
#include "tests/support/outcome_text.h"
#include "tests/support/provider_setup.h"
#include "tests/support/scripted_server.h"

using namespace latchkey;
using provider::Result;

namespace {

enum class Kind { Mayar, Nomos };

/// One provider's side of the contract: how it says the same things in its own words.
struct Subject {
  Kind kind;
  const char* name;
  std::string accepted;
  std::string not_found_code;
  std::string unauthorized;  ///< what a 401 comes to
  std::string throttled;     ///< what a 429 without a word about the wait comes to

  /// The provider's own error body for a status.
  std::string error(int status) const {
    if (kind == Kind::Mayar) return mayar_error(status);
    return nomos_error("SOMETHING_" + std::to_string(status));
  }
};

const std::vector<Subject> kSubjects{
    {Kind::Mayar, "mayar", kMayarAccepted, "email_not_registered", "rejected unauthorized pause",
     "throttled rate_limited wait=60000"},
    {Kind::Nomos, "nomos", kNomosAccepted, "customer_not_found", "rejected unauthorized",
     "throttled rate_limited wait=30000"},
};

/// A provider that talks to `base_url` with the real client.
class Caller {
 public:
  Caller(const Subject& subject, const std::string& base_url, std::string ca_file = {})
      : subject_(subject), setup_(base_url), client_(std::move(ca_file)) {
    for (ProviderConfig* config : {&setup_.mayar, &setup_.nomos}) config->connect_timeout = Millis(1000);
  }
  void set_timeout(Millis timeout) { setup_.mayar.timeout = setup_.nomos.timeout = timeout; }
  /// The call's first step is the one with effect: a token from a file instead of one to fetch.
  void skip_token() { setup_.use_fixed_token(); }

  Result call() {
    if (!provider_) {
      if (subject_.kind == Kind::Mayar) {
        provider_ = std::make_unique<provider::Mayar>(setup_.mayar, setup_.clock);
      } else {
        provider_ = std::make_unique<provider::Nomos>(setup_.nomos, setup_.clock);
      }
    }
    return provider_->call({"job-1", "address-1", [this] { return fresh; }}, client_);
  }
  HttpClient& client() { return client_; }
  bool fresh = true;

 private:
  const Subject& subject_;
  ProviderSetup setup_;
  CurlHttpClient client_;
  std::unique_ptr<provider::Provider> provider_;
};

/// The script for one attempt whose effective request is answered by `step`.
std::vector<Step> attempt(const Subject& subject, Step step) {
  if (subject.kind == Kind::Mayar) return {std::move(step)};
  return {answer(200, token_body()), std::move(step)};
}

std::string came_to(const Subject& subject, Step step) {
  const std::vector<Step> script = attempt(subject, std::move(step));
  ScriptedServer server(script);
  const Result result = Caller(subject, server.url()).call();
  // However it ends, the request went out once.
  BOOST_TEST(server.request_count() == script.size());
  BOOST_TEST((result.link.empty() || result.outcome == job::Outcome::Accepted));
  return text_of(result);
}

template <typename Test>
void for_both(Test test) {
  for (const Subject& subject : kSubjects) {
    BOOST_TEST_CONTEXT(subject.name) {
      test(subject);
    }
  }
}

/// What a failed token fetch comes to; no mint may follow it.
std::string token_came_to(Step step) {
  ScriptedServer server({std::move(step), answer(200, kNomosAccepted)});
  const Result result = Caller(kSubjects[1], server.url()).call();
  BOOST_TEST(server.request_count() <= 1U);
  for (const std::string& request : server.requests()) BOOST_TEST(request.starts_with("POST /oauth/token "));
  BOOST_TEST(result.credential == 0U);
  return text_of(result);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_tests)

BOOST_AUTO_TEST_CASE(accepted_when_the_body_says_so) {
  for_both([](const Subject& subject) {
    BOOST_TEST(came_to(subject, answer(200, subject.accepted)) == "accepted");
  });
}

BOOST_AUTO_TEST_CASE(every_client_error_is_final_throttled_or_a_pause) {
  for_both([](const Subject& subject) {
    const std::vector<std::pair<int, std::string>> rows{
        {400, "rejected invalid_request"},
        {401, subject.unauthorized},
        {402, "rejected payment_required pause"},
        {403, "rejected forbidden pause"},
        {404, "rejected " + subject.not_found_code},
        {405, "rejected invalid_request"},
        {409, "rejected conflict"},
        {422, "rejected invalid_request"},
        {429, subject.throttled},
    };
    for (const auto& [status, expected] : rows) {
      BOOST_TEST_CONTEXT(status) {
        BOOST_TEST(came_to(subject, answer(status, subject.error(status))) == expected);
        BOOST_TEST(came_to(subject, answer(status, "<html>a proxy</html>")) == expected);
        BOOST_TEST(came_to(subject, answer(status, "")) == expected);
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_429_waits_as_long_as_it_says) {
  for_both([](const Subject& subject) {
    BOOST_TEST(came_to(subject, answer(429, "", {{"Retry-After", "7"}})) ==
               "throttled rate_limited wait=7000");
    BOOST_TEST(came_to(subject, answer(429, "", {{"Retry-After", "86400"}})) ==
               "throttled rate_limited wait=3600000");
  });
}

BOOST_AUTO_TEST_CASE(a_server_error_in_the_providers_own_words_is_its_answer) {
  for_both([](const Subject& subject) {
    for (const int status : {500, 502, 503, 504}) {
      BOOST_TEST(came_to(subject, answer(status, subject.error(status))) == "rejected provider_error");
    }
  });
}

BOOST_AUTO_TEST_CASE(a_server_error_of_a_proxy_leaves_it_unknown) {
  for_both([](const Subject& subject) {
    for (const int status : {500, 502, 503, 504}) {
      BOOST_TEST(came_to(subject, answer(status, "<html>Bad gateway</html>")) == "unknown bad_answer");
      BOOST_TEST(came_to(subject, answer(status, "")) == "unknown bad_answer");
      BOOST_TEST(came_to(subject, answer(status, R"({"error":"upstream"})")) == "unknown bad_answer");
    }
  });
}

BOOST_AUTO_TEST_CASE(a_success_that_cannot_be_read_is_unknown) {
  for_both([](const Subject& subject) {
    const std::string half = subject.accepted.substr(0, subject.accepted.size() / 2);
    for (const std::string& body : {std::string(), std::string("<html>Welcome</html>"), std::string("{}"),
                                    half, std::string("[[[[[[[["), subject.accepted + "x"}) {
      BOOST_TEST_CONTEXT(body) {
        BOOST_TEST(came_to(subject, answer(200, body)) == "unknown bad_answer");
      }
    }
    BOOST_TEST(came_to(subject, answer(204, "")) == "unknown bad_answer");
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_unknown) {
  for_both([](const Subject& subject) { BOOST_TEST(came_to(subject, garbage()) == "unknown bad_answer"); });
}

BOOST_AUTO_TEST_CASE(an_answer_above_the_cap_is_unknown) {
  for_both([](const Subject& subject) {
    for (const Step& step : {endless_body(), endless_header(), endless_headers()}) {
      BOOST_TEST(came_to(subject, step) == "unknown bad_answer");
    }
  });
}

BOOST_AUTO_TEST_CASE(a_redirect_is_not_followed_and_unknown) {
  for_both([](const Subject& subject) {
    ScriptedServer other({answer(200, subject.accepted)});
    BOOST_TEST(came_to(subject, redirect(other.url())) == "unknown bad_answer");
    BOOST_TEST(other.connection_count() == 0U);
  });
}

BOOST_AUTO_TEST_CASE(closed_after_the_request_is_unknown) {
  for_both(
      [](const Subject& subject) { BOOST_TEST(came_to(subject, close_after_request()) == "unknown reset"); });
}

BOOST_AUTO_TEST_CASE(a_cut_answer_is_unknown_whatever_it_began_to_say) {
  for_both([](const Subject& subject) {
    for (const int status : {200, 404, 429}) {
      const std::string body = status == 200 ? subject.accepted : subject.error(status);
      const std::size_t whole = answer(status, body).bytes.size();
      for (const std::size_t bytes : {std::size_t{20}, std::size_t{40}, whole - body.size(), whole - 1}) {
        BOOST_TEST_CONTEXT(status << " cut after " << bytes) {
          BOOST_TEST(came_to(subject, cut_answer(status, body, bytes)) == "unknown reset");
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(silence_after_the_request_is_unknown) {
  for_both([](const Subject& subject) {
    ScriptedServer server({silence()});
    Caller caller(subject, server.url());
    caller.skip_token();
    caller.set_timeout(Millis(300));
    BOOST_TEST(text_of(caller.call()) == "unknown timeout");
    BOOST_TEST(server.request_count() == 1U);
  });
}

BOOST_AUTO_TEST_CASE(a_slow_answer_within_the_time_counts) {
  for_both([](const Subject& subject) {
    Step slow = answer(200, subject.accepted);
    slow.hold = true;
    const std::vector<Step> script = attempt(subject, slow);
    ScriptedServer server(script);
    std::thread releaser([&] {
      server.wait_for_requests(script.size());
      server.release();
    });
    BOOST_TEST(text_of(Caller(subject, server.url()).call()) == "accepted");
    releaser.join();
  });
}

BOOST_AUTO_TEST_CASE(no_byte_left_when_nobody_listens) {
  for_both([](const Subject& subject) {
    const ClosedPort closed;
    Caller caller(subject, closed.url());
    caller.skip_token();
    BOOST_TEST(text_of(caller.call()) == "not_sent connect");
  });
}

BOOST_AUTO_TEST_CASE(no_byte_left_when_the_name_does_not_resolve) {
  for_both([](const Subject& subject) {
    Caller caller(subject, "https://" + std::string(64, 'a') + ".invalid");
    caller.skip_token();
    BOOST_TEST(text_of(caller.call()) == "not_sent dns");
  });
}

BOOST_AUTO_TEST_CASE(no_byte_left_when_the_certificate_is_wrong) {
  const Certificates certificates;
  for_both([&](const Subject& subject) {
    ScriptedServer server({answer(200, subject.accepted)}, certificates.expired());
    Caller caller(subject, server.url(), certificates.ca_file());
    caller.skip_token();
    BOOST_TEST(text_of(caller.call()) == "not_sent tls");
    BOOST_TEST(server.request_count() == 0U);
  });
}

BOOST_AUTO_TEST_CASE(no_byte_left_when_connecting_takes_too_long) {
  for_both([](const Subject& subject) {
    ScriptedServer server({silence()});  // never answers the TLS hello
    Caller caller(subject, "https://127.0.0.1:" + std::to_string(server.port()));
    caller.skip_token();
    caller.set_timeout(Millis(300));
    BOOST_TEST(text_of(caller.call()) == "not_sent timeout");
  });
}

BOOST_AUTO_TEST_CASE(a_job_that_went_stale_while_connecting_is_not_sent) {
  for_both([](const Subject& subject) {
    ScriptedServer server({answer(200, subject.accepted)});
    Caller caller(subject, server.url());
    caller.skip_token();
    caller.fresh = false;
    BOOST_TEST(text_of(caller.call()) == "not_sent expired_before_send");
    BOOST_TEST(server.bytes_received() == 0U);
  });
}

BOOST_AUTO_TEST_CASE(a_stop_is_a_shutdown_known_or_unknown) {
  for_both([](const Subject& subject) {
    ScriptedServer server({silence()});
    Caller caller(subject, server.url());
    caller.skip_token();
    std::thread stopper([&] {
      server.wait_for_requests(1);
      caller.client().abort();
    });
    BOOST_TEST(text_of(caller.call()) == "unknown shutdown");
    stopper.join();
    BOOST_TEST(text_of(caller.call()) == "not_sent shutdown");
    BOOST_TEST(server.request_count() == 1U);
  });
}

BOOST_AUTO_TEST_CASE(a_kept_alive_peer_that_closes_sees_the_second_request_once) {
  const Certificates certificates;
  for_both([&](const Subject& subject) {
    ScriptedServer server(
        {answer(200, subject.accepted), close_after_request(), answer(200, subject.accepted)},
        certificates.good());
    Caller caller(subject, server.url(), certificates.ca_file());
    caller.skip_token();
    BOOST_TEST(text_of(caller.call()) == "accepted");
    BOOST_TEST(text_of(caller.call()) == "unknown reset");
    BOOST_TEST(server.request_count() == 2U);
  });
}

BOOST_AUTO_TEST_CASE(a_minted_link_that_fails_the_checks_is_rejected) {
  const std::string body = R"({"object":"magic_link","link":"https://evil.example/?token_hash=abc"})";
  BOOST_TEST(came_to(kSubjects[1], answer(200, body)) == "rejected link_rejected");
}

BOOST_AUTO_TEST_CASE(a_mail_with_a_link_in_the_answer_is_accepted_with_a_code) {
  const std::string body =
      R"({"statusCode":200,"messages":"success","data":{"url":"https://mayar.example/abc"}})";
  BOOST_TEST(came_to(kSubjects[0], answer(200, body)) == "accepted unexpected_link");
}

BOOST_AUTO_TEST_CASE(a_second_401_is_told_from_the_first_by_its_token) {
  ScriptedServer server({answer(200, token_body("access-1")), answer(401, ""),
                         answer(200, token_body("access-2")), answer(401, "")});
  Caller caller(kSubjects[1], server.url());
  for (const std::uint64_t number : {1U, 2U}) {
    const Result result = caller.call();
    BOOST_TEST(text_of(result) == "rejected unauthorized");
    BOOST_TEST(result.credential == number);
  }
}

BOOST_AUTO_TEST_CASE(a_fixed_token_that_is_refused_pauses_at_once) {
  ScriptedServer server({answer(401, "")});
  Caller caller(kSubjects[1], server.url());
  caller.skip_token();
  BOOST_TEST(text_of(caller.call()) == "rejected unauthorized pause");
}

BOOST_AUTO_TEST_CASE(a_failed_token_fetch_is_no_attempt) {
  for (const Step& step :
       {answer(500, nomos_error("INTERNAL_SERVER_ERROR")), answer(502, "<html>"), answer(404, ""),
        answer(200, "<html>"), answer(200, "{}"), answer(200, ""), cut_answer(200, token_body(), 90),
        close_after_request(), close_on_connect(), garbage(), endless_body(), endless_header(),
        endless_headers(), redirect("https://127.0.0.1:1")}) {
    BOOST_TEST_CONTEXT(step.bytes.substr(0, 60)) {
      BOOST_TEST(token_came_to(step) == "not_sent token_failed");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_token_fetch_that_cannot_connect_is_no_attempt) {
  const ClosedPort closed;
  BOOST_TEST(text_of(Caller(kSubjects[1], closed.url()).call()) == "not_sent token_failed");
  BOOST_TEST(text_of(Caller(kSubjects[1], "https://" + std::string(64, 'a') + ".invalid").call()) ==
             "not_sent token_failed");
}

BOOST_AUTO_TEST_CASE(a_token_fetch_that_is_not_answered_ends_in_half_of_the_time) {
  ScriptedServer server({silence()});
  Caller caller(kSubjects[1], server.url());
  caller.set_timeout(Millis(600));
  BOOST_TEST(text_of(caller.call()) == "not_sent token_failed");
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_throttled_token_fetch_closes_the_gate) {
  BOOST_TEST(token_came_to(answer(429, "")) == "throttled rate_limited wait=30000");
  BOOST_TEST(token_came_to(answer(429, "", {{"Retry-After", "7"}})) == "throttled rate_limited wait=7000");
}

BOOST_AUTO_TEST_CASE(refused_client_credentials_pause_the_provider) {
  for (const int status : {400, 401, 403}) {
    BOOST_TEST(token_came_to(answer(status, nomos_error("X"))) == "not_sent bad_credentials pause");
  }
}

BOOST_AUTO_TEST_SUITE_END()

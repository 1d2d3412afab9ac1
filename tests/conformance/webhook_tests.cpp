// The endpoints of webhooks against a server that answers in every way there is.

#include <boost/test/unit_test.hpp>
#include <thread>

#include "base/curl_http_client.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "handover/webhook.h"
#include "handover/webhook_signature.h"
#include "tests/support/certificates.h"
#include "tests/support/closed_port.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

using namespace latchkey;
using handover::Post;
using handover::PostResult;
using handover::Webhooks;

namespace {

std::string secret_line(char fill) {
  return "whsec_" + to_base64(std::string(32, fill)) + "\n";
}

/// An endpoint called "crm" and its secret file.
struct Endpoint {
  explicit Endpoint(const std::string& address) {
    config.name = "crm";
    config.url = address + "/hook?key=hidden";
    config.secret_file = dir / "secret";
    config.allow_private = true;
    set_secrets(secret_line('k'));
  }
  void set_secrets(const std::string& lines) const { replace_file(config.secret_file, lines, 0600); }

  PostResult post(HttpClient& http) const { return Webhooks({config}, clock).post(message, http); }
  PostResult post() const {
    CurlHttpClient http;
    return post(http);
  }

  TempDir dir;
  WebhookConfig config;
  mutable FakeClock clock;
  Post message{7, "crm", "msg_0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", R"({"type":"job.done"})"};
};

PostResult result_of(Step step) {
  ScriptedServer server({std::move(step)});
  return Endpoint(server.url()).post();
}

void check_failed(const PostResult& result, const std::string& error, int http = 0) {
  BOOST_TEST(!result.delivered);
  BOOST_TEST(!result.gone);
  BOOST_TEST(result.http == http);
  BOOST_TEST(result.error == error);
  BOOST_TEST(result.error.find("hidden") == std::string::npos);
}

std::string header_of(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "(none)";
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_tests)

BOOST_AUTO_TEST_CASE(a_message_goes_out_as_the_standard_webhooks_have_it) {
  ScriptedServer server({answer(200, "thanks")});
  const Endpoint endpoint(server.url());
  const PostResult result = endpoint.post();
  BOOST_TEST(result.delivered);
  BOOST_TEST(!result.gone);
  BOOST_TEST(result.http == 200);
  BOOST_TEST(result.error == "");
  const std::string request = server.requests().at(0);
  BOOST_TEST(request.starts_with("POST /hook?key=hidden HTTP/1.1\r\n"));
  BOOST_TEST(request.ends_with("\r\n\r\n" + endpoint.message.body));
  BOOST_TEST(header_of(request, "Content-Type") == "application/json");
  BOOST_TEST(header_of(request, "User-Agent") == "latchkey/" LATCHKEY_VERSION);
  BOOST_TEST(header_of(request, "webhook-id") == endpoint.message.message);
  BOOST_TEST(header_of(request, "webhook-timestamp") == "1780000000");
  std::vector<Secret> secrets;
  secrets.emplace_back(std::string(32, 'k'));
  BOOST_TEST(header_of(request, "webhook-signature") ==
             handover::webhook_signature(secrets, endpoint.message.message, endpoint.clock.now().wall,
                                         endpoint.message.body));
  BOOST_TEST(header_of(request, "Authorization") == "(none)");
}

BOOST_AUTO_TEST_CASE(any_success_is_delivered_whatever_else_the_answer_is) {
  for (const int status : {200, 201, 202, 204, 299}) {
    BOOST_TEST(result_of(answer(status, "")).delivered);
  }
  for (const Step& step : {answer(200, std::string(CurlHttpClient::kAnswerMax + 1, 'x')), endless_body(),
                           endless_headers(), cut_answer(202, "half of it", 45)}) {
    const PostResult result = result_of(step);
    BOOST_TEST(result.delivered);
    BOOST_TEST(result.error == "");
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_too_slowly_does_not_matter_after_a_success) {
  Step step = answer(200, "never the whole");
  step.bytes.resize(step.bytes.size() - 3);
  ScriptedServer server({step, silence()});
  Endpoint endpoint(server.url());
  endpoint.config.timeout = Millis(1000);
  BOOST_TEST(endpoint.post().delivered);
}

BOOST_AUTO_TEST_CASE(every_other_status_is_tried_again) {
  for (const int status : {400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 504, 599}) {
    check_failed(result_of(answer(status, "no")), "it answered " + std::to_string(status), status);
  }
  check_failed(result_of(answer(500, std::string(CurlHttpClient::kAnswerMax + 1, 'x'))), "it answered 500",
               500);
}

BOOST_AUTO_TEST_CASE(redirects_are_failures_and_not_followed) {
  ScriptedServer other({answer(200, "")});
  for (const int status : {301, 302, 303, 307, 308}) {
    const std::string text = std::to_string(status);
    check_failed(result_of(answer(status, "", {{"Location", other.url()}})),
                 "it answered " + text + ", and redirects are not followed", status);
  }
  BOOST_TEST(other.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_gone_wants_nothing_more) {
  const PostResult result = result_of(answer(410, "no more"));
  BOOST_TEST(result.gone);
  BOOST_TEST(!result.delivered);
  BOOST_TEST(result.error == "it answered 410: it wants no more of it");
}

BOOST_AUTO_TEST_CASE(says_how_long_an_endpoint_asks_to_be_left_alone) {
  BOOST_TEST(result_of(answer(429, "", {{"Retry-After", "120"}})).wait.value().count() == 120'000);
  BOOST_TEST(
      result_of(answer(503, "", {{"Retry-After", "Thu, 28 May 2026 20:27:40 GMT"}})).wait.value().count() ==
      60'000);
  BOOST_TEST(!result_of(answer(503, "", {{"Retry-After", "soon"}})).wait);
  BOOST_TEST(!result_of(answer(503, "")).wait);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_none_is_tried_again) {
  check_failed(result_of(garbage()), "the answer is not HTTP, or its headers are too long");
  check_failed(result_of(close_after_request()), "the connection broke");
  check_failed(result_of(close_on_connect()), "the connection broke");
  check_failed(result_of(cut_answer(200, "", 12)), "the connection broke");
  const ClosedPort closed;
  check_failed(Endpoint(closed.url()).post(), "no connection");
}

BOOST_AUTO_TEST_CASE(silence_ends_at_the_time_limit) {
  ScriptedServer server({silence()});
  Endpoint endpoint(server.url());
  endpoint.config.timeout = Millis(1000);
  check_failed(endpoint.post(), "no answer within 1s");
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_resolve_is_tried_again) {
  // A label of 64 bytes cannot be asked for: it fails on this machine, without any name server.
  check_failed(Endpoint("https://" + std::string(64, 'a') + ".invalid").post(), "its name does not resolve");
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_post_that_hangs) {
  ScriptedServer server({silence()});
  const Endpoint endpoint(server.url());
  CurlHttpClient http;
  std::thread stopper([&] {
    server.wait_for_requests(1);
    http.abort();
  });
  check_failed(endpoint.post(http), "the daemon was stopped");
  stopper.join();
}

BOOST_AUTO_TEST_CASE(an_address_of_this_machine_is_refused_unless_it_is_allowed) {
  ScriptedServer server({answer(200, "")});
  const std::string port = std::to_string(server.port());
  for (const std::string& address :
       {"http://127.0.0.1:" + port, "http://localhost:" + port, "https://localhost:" + port,
        "http://0x7f.1:" + port, "https://[::ffff:127.0.0.1]:" + port}) {
    BOOST_TEST_CONTEXT(address) {
      Endpoint endpoint(address);
      endpoint.config.allow_private = false;
      check_failed(endpoint.post(), "its address is not public, and allow_private is not set");
    }
  }
  BOOST_TEST(server.connection_count() == 0U);
  BOOST_TEST(Endpoint(server.url()).post().delivered);
}

BOOST_AUTO_TEST_CASE(proxies_of_the_environment_see_nothing) {
  ScriptedServer proxy({answer(200, "")});
  ScriptedServer server({answer(200, "")});
  const std::vector<const char*> names{"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"};
  for (const char* name : names) setenv(name, proxy.url().c_str(), 1);
  const PostResult result = Endpoint(server.url()).post();
  Endpoint refused("https://localhost:" + std::to_string(server.port()));
  refused.config.allow_private = false;
  const PostResult not_public = refused.post();
  for (const char* name : names) unsetenv(name);
  BOOST_TEST(result.delivered);
  check_failed(not_public, "its address is not public, and allow_private is not set");
  BOOST_TEST(proxy.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(tls_is_checked_against_the_endpoints_own_authority) {
  const Certificates certificates;
  ScriptedServer server({answer(200, "")}, certificates.good());
  Endpoint endpoint(server.url());
  check_failed(endpoint.post(), "no trustworthy TLS connection");
  endpoint.config.ca_file = certificates.ca_file();
  BOOST_TEST(endpoint.post().delivered);
  ScriptedServer expired({answer(200, "")}, certificates.expired());
  Endpoint other(expired.url());
  other.config.ca_file = certificates.ca_file();
  check_failed(other.post(), "no trustworthy TLS connection");
  BOOST_TEST(expired.request_count() == 0U);
}

BOOST_AUTO_TEST_CASE(each_try_has_its_own_time_and_the_same_id) {
  ScriptedServer server({answer(500, ""), answer(200, "")});
  const Endpoint endpoint(server.url());
  const Webhooks webhooks({endpoint.config}, endpoint.clock);
  CurlHttpClient http;
  webhooks.post(endpoint.message, http);
  endpoint.clock.advance(std::chrono::minutes(5));
  webhooks.post(endpoint.message, http);
  const auto requests = server.requests();
  BOOST_REQUIRE(requests.size() == 2U);
  BOOST_TEST(header_of(requests[0], "webhook-id") == header_of(requests[1], "webhook-id"));
  BOOST_TEST(header_of(requests[0], "webhook-timestamp") == "1780000000");
  BOOST_TEST(header_of(requests[1], "webhook-timestamp") == "1780000300");
  BOOST_TEST(header_of(requests[0], "webhook-signature") != header_of(requests[1], "webhook-signature"));
}

BOOST_AUTO_TEST_CASE(every_secret_signs_once_the_file_is_read_again) {
  const Endpoint endpoint("https://crm.example.com");
  Webhooks webhooks({endpoint.config}, endpoint.clock);
  FakeHttpClient http;
  const auto signatures = [&] {
    http.answer_with(http_answer(200, ""));
    webhooks.post(endpoint.message, http);
    return http.sent().back().headers.back().second;
  };
  const std::string old = signatures();
  BOOST_TEST(!webhooks.reload());
  endpoint.set_secrets(secret_line('n') + secret_line('k'));
  BOOST_TEST(signatures() == old);
  BOOST_TEST(webhooks.reload());
  const std::string both = signatures();
  BOOST_TEST(both.ends_with(" " + old));
  endpoint.set_secrets(secret_line('n'));
  BOOST_TEST(webhooks.reload());
  BOOST_TEST(both == signatures() + " " + old);
}

BOOST_AUTO_TEST_CASE(a_secret_file_that_was_spoilt_changes_nothing) {
  const Endpoint endpoint("https://crm.example.com");
  Endpoint second("https://second.example.com");
  second.config.name = "second";
  Webhooks webhooks({endpoint.config, second.config}, endpoint.clock);
  FakeHttpClient http;
  const auto signatures = [&] {
    http.answer_with(http_answer(200, ""));
    webhooks.post(endpoint.message, http);
    return http.sent().back().headers.back().second;
  };
  const std::string old = signatures();
  endpoint.set_secrets(secret_line('n'));
  second.set_secrets("spoilt\n");
  BOOST_CHECK_THROW(webhooks.reload(), InputError);
  BOOST_TEST(signatures() == old);
}

BOOST_AUTO_TEST_CASE(tells_the_client_how_far_and_how_long_it_may_go) {
  Endpoint endpoint("https://crm.example.com");
  endpoint.config.allow_private = false;
  FakeHttpClient http;
  http.answer_with(http_answer(200, ""));
  BOOST_TEST(endpoint.post(http).delivered);
  const SentRequest sent = http.sent().at(0);
  BOOST_CHECK(sent.reach == Reach::PublicOnly);
  BOOST_TEST(sent.timeout.count() == 15'000);
  BOOST_TEST(sent.connect_timeout.count() == 5'000);
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_not_configured_any_more_is_a_failure) {
  Endpoint endpoint("https://crm.example.com");
  endpoint.message.endpoint = "former";
  FakeHttpClient http;
  check_failed(endpoint.post(http), "there is no such endpoint in the configuration any more");
  BOOST_TEST(http.sent().empty());
}

BOOST_AUTO_TEST_CASE(an_id_that_could_be_taken_for_another_signature_is_not_sent) {
  Endpoint endpoint("https://crm.example.com");
  FakeHttpClient http;
  for (const char* id : {"", "msg_1.1780000000", "msg_1\r\nX-Evil: 1", "msg 1"}) {
    endpoint.message.message = id;
    check_failed(endpoint.post(http), "its id cannot stand in a header");
  }
  BOOST_TEST(http.sent().empty());
}

BOOST_AUTO_TEST_CASE(unusable_files_are_noticed_at_the_start) {
  Endpoint endpoint("https://crm.example.com");
  endpoint.config.ca_file = endpoint.dir / "no-ca.pem";
  BOOST_CHECK_THROW(Webhooks({endpoint.config}, endpoint.clock), Error);
  endpoint.config.ca_file.clear();
  endpoint.set_secrets("\n");
  BOOST_CHECK_THROW(Webhooks({endpoint.config}, endpoint.clock), InputError);
}

BOOST_AUTO_TEST_CASE(many_workers_post_while_the_secrets_are_read_again) {
  constexpr int kWorkers = 4;
  constexpr int kPosts = 25;
  std::vector<Step> script(kWorkers * kPosts, answer(200, ""));
  ScriptedServer server(script);
  const Endpoint endpoint(server.url());
  Webhooks webhooks({endpoint.config}, endpoint.clock);
  std::atomic<int> delivered{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&] {
      CurlHttpClient http;
      for (int j = 0; j < kPosts; ++j) delivered += webhooks.post(endpoint.message, http).delivered ? 1 : 0;
    });
  }
  for (char fill = 'a'; fill <= 'z'; ++fill) {
    endpoint.set_secrets(secret_line(fill) + secret_line('k'));
    webhooks.reload();
  }
  for (std::thread& worker : workers) worker.join();
  BOOST_TEST(delivered == kWorkers * kPosts);
  std::vector<Secret> secrets;
  secrets.emplace_back(std::string(32, 'k'));
  const std::string old = handover::webhook_signature(secrets, endpoint.message.message,
                                                      endpoint.clock.now().wall, endpoint.message.body);
  for (const std::string& request : server.requests())
    BOOST_TEST(header_of(request, "webhook-signature").ends_with(old));
}

BOOST_AUTO_TEST_SUITE_END()

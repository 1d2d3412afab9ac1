#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <thread>

#include "base/curl_http_client.h"
#include "base/error.h"
#include "tests/support/certificates.h"
#include "tests/support/closed_port.h"
#include "tests/support/scripted_server.h"

using namespace latchkey;

namespace {

HttpRequest post_to(const std::string& base) {
  HttpRequest request;
  request.url = base + "/path";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = R"({"a":1})";
  return request;
}

HttpAnswer post(const ScriptedServer& server) {
  return CurlHttpClient().send(post_to(server.url()));
}

void check_failure(const HttpAnswer& answer, HttpFailure failure, bool written) {
  BOOST_REQUIRE(answer.failure);
  BOOST_TEST(static_cast<int>(*answer.failure) == static_cast<int>(failure));
  BOOST_TEST(answer.written == written);
  BOOST_TEST(answer.body.empty());
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A listening socket that answers no connection: its queue is full, and further ones are dropped.
class FullListener {
 public:
  FullListener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    for (int& one : sockets_) one = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    BOOST_REQUIRE(bind(sockets_[0], generic, size) == 0);
    BOOST_REQUIRE(listen(sockets_[0], 0) == 0);
    BOOST_REQUIRE(getsockname(sockets_[0], generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    for (std::size_t i = 1; i < sockets_.size(); ++i) connect(sockets_[i], generic, size);
  }
  ~FullListener() {
    for (const int one : sockets_) close(one);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  std::array<int, 5> sockets_{};
  int port_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(curl_http_client_tests)

BOOST_AUTO_TEST_CASE(writes_method_path_headers_and_body_once) {
  ScriptedServer server({answer(200, "{}")});
  HttpRequest request = post_to(server.url());
  request.authorization = Secret("Bearer key-1");
  const HttpAnswer got = CurlHttpClient().send(request);
  BOOST_TEST(!got.failure);
  BOOST_TEST(got.written);
  BOOST_REQUIRE(server.request_count() == 1U);
  const std::string raw = server.requests()[0];
  BOOST_TEST(raw.starts_with("POST /path HTTP/1.1\r\n"));
  BOOST_TEST(holds(raw, "\r\nAuthorization: Bearer key-1\r\n"));
  BOOST_TEST(holds(raw, "\r\nContent-Type: application/json\r\n"));
  BOOST_TEST(holds(raw, "\r\nContent-Length: 7\r\n"));
  BOOST_TEST(!holds(raw, "Expect"));
  BOOST_TEST(raw.ends_with("\r\n\r\n{\"a\":1}"));
}

BOOST_AUTO_TEST_CASE(gives_status_headers_in_lower_case_and_body) {
  ScriptedServer server({answer(418, "tea", {{"Retry-AFTER", " 7 "}, {"X-Request-Id", "r-1"}})});
  const HttpAnswer got = post(server);
  BOOST_TEST(!got.failure);
  BOOST_TEST(got.status == 418);
  BOOST_TEST(got.header("retry-after").value() == "7");
  BOOST_TEST(got.header("x-request-id").value() == "r-1");
  BOOST_TEST(got.body == "tea");
}

BOOST_AUTO_TEST_CASE(gets_without_a_body) {
  ScriptedServer server({answer(200, "ok")});
  HttpRequest request;
  request.method = "GET";
  request.url = server.url() + "/health?a=b";
  BOOST_TEST(CurlHttpClient().send(request).body == "ok");
  BOOST_TEST(server.requests().at(0).starts_with("GET /health?a=b HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(reads_a_chunked_answer_after_100_continue_and_ignores_trailers) {
  Step step;
  step.bytes =
      "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\nRetry-After: 9\r\n\r\n";
  ScriptedServer server({step});
  const HttpAnswer got = post(server);
  BOOST_TEST(!got.failure);
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.body == "abcde");
  BOOST_TEST(!got.header("x-early"));
  BOOST_TEST(!got.header("retry-after"));
}

BOOST_AUTO_TEST_CASE(writes_nothing_when_may_write_says_no) {
  ScriptedServer server({answer(200, "{}")});
  int asked = 0;
  HttpRequest request = post_to(server.url());
  request.may_write = [&] {
    ++asked;
    return false;
  };
  check_failure(CurlHttpClient().send(request), HttpFailure::Refused, false);
  BOOST_TEST(asked == 1);
  BOOST_TEST(server.bytes_received() == 0U);
}

BOOST_AUTO_TEST_CASE(asks_may_write_on_a_kept_alive_connection_too) {
  ScriptedServer server({answer(200, "{}"), answer(200, "{}")});
  CurlHttpClient client;
  HttpRequest request = post_to(server.url());
  bool fresh = true;
  int asked = 0;
  request.may_write = [&] {
    ++asked;
    return fresh;
  };
  BOOST_TEST(!client.send(request).failure);
  fresh = false;
  check_failure(client.send(request), HttpFailure::Refused, false);
  BOOST_TEST(asked == 2);
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(reports_a_name_that_does_not_resolve) {
  // A label of 64 bytes cannot be asked for: it fails on this machine, without any name server.
  const HttpAnswer got = CurlHttpClient().send(post_to("https://" + std::string(64, 'a') + ".invalid"));
  check_failure(got, HttpFailure::Dns, false);
}

BOOST_AUTO_TEST_CASE(reports_a_closed_port) {
  const ClosedPort closed;
  check_failure(CurlHttpClient().send(post_to(closed.url())), HttpFailure::Connect, false);
}

BOOST_AUTO_TEST_CASE(connecting_takes_no_longer_than_allowed) {
  const FullListener listener;
  HttpRequest request = post_to(listener.url());
  request.connect_timeout = Millis(300);
  check_failure(CurlHttpClient().send(request), HttpFailure::Timeout, false);
}

BOOST_AUTO_TEST_CASE(a_tls_handshake_counts_as_connecting) {
  ScriptedServer server({silence()});  // reads the hello and never finds the end of a request
  HttpRequest request = post_to("https://127.0.0.1:" + std::to_string(server.port()));
  request.connect_timeout = Millis(300);
  check_failure(CurlHttpClient().send(request), HttpFailure::Timeout, false);
}

BOOST_AUTO_TEST_CASE(silence_after_the_request_ends_at_the_deadline) {
  ScriptedServer server({silence()});
  HttpRequest request = post_to(server.url());
  request.timeout = Millis(300);
  check_failure(CurlHttpClient().send(request), HttpFailure::Timeout, true);
}

BOOST_AUTO_TEST_CASE(a_stall_ends_the_call_before_the_deadline) {
  ScriptedServer server({silence()});
  HttpRequest request = post_to(server.url());
  request.stall_timeout = Millis(1000);
  request.timeout = std::chrono::minutes(10);
  check_failure(CurlHttpClient().send(request), HttpFailure::Timeout, true);
}

BOOST_AUTO_TEST_CASE(reports_a_connection_closed_at_any_byte_of_the_answer) {
  const std::string body = R"({"a":1})";
  const std::size_t whole = answer(404, body).bytes.size();
  for (std::size_t bytes = 0; bytes < whole; ++bytes) {
    ScriptedServer server({cut_answer(404, body, bytes)});
    const HttpAnswer got = post(server);
    BOOST_TEST_CONTEXT(bytes << " bytes") {
      BOOST_TEST(got.failure.has_value());
      BOOST_TEST(got.written);
      BOOST_TEST(server.request_count() == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(reports_a_peer_that_closes_without_reading) {
  ScriptedServer server({close_on_connect()});
  check_failure(post(server), HttpFailure::Reset, true);
}

BOOST_AUTO_TEST_CASE(reports_what_is_not_http) {
  ScriptedServer server({garbage()});
  check_failure(post(server), HttpFailure::BadAnswer, true);
}

BOOST_AUTO_TEST_CASE(takes_a_body_up_to_the_cap_and_not_one_byte_more) {
  ScriptedServer server({answer(200, std::string(CurlHttpClient::kAnswerMax, 'x')),
                         answer(200, std::string(CurlHttpClient::kAnswerMax + 1, 'x'))});
  BOOST_TEST(post(server).body.size() == CurlHttpClient::kAnswerMax);
  check_failure(post(server), HttpFailure::BadAnswer, true);
}

BOOST_AUTO_TEST_CASE(cuts_off_answers_without_end) {
  for (const Step& step : {endless_body(), endless_header(), endless_headers()}) {
    ScriptedServer server({step});
    check_failure(post(server), HttpFailure::BadAnswer, true);
  }
}

BOOST_AUTO_TEST_CASE(follows_no_redirect) {
  ScriptedServer other({answer(200, "{}")});
  ScriptedServer server({redirect(other.url())});
  BOOST_TEST(post(server).status == 302);
  BOOST_TEST(other.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(uses_no_proxy_of_the_environment) {
  const Certificates certificates;
  ScriptedServer proxy({});
  ScriptedServer plain({answer(200, "{}")});
  ScriptedServer tls({answer(200, "{}")}, certificates.good());
  const std::vector<const char*> names{"http_proxy", "https_proxy", "all_proxy",
                                       "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"};
  for (const char* name : names) setenv(name, proxy.url().c_str(), 1);
  const HttpAnswer got = post(plain);
  const HttpAnswer got_tls = CurlHttpClient(certificates.ca_file()).send(post_to(tls.url()));
  for (const char* name : names) unsetenv(name);
  BOOST_TEST(!got.failure);
  BOOST_TEST(!got_tls.failure);
  BOOST_TEST(proxy.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(connects_to_no_address_that_is_not_public_where_only_those_are_allowed) {
  ScriptedServer server({answer(200, "{}")});
  const std::string port = std::to_string(server.port());
  // The last are names that libcurl or the system's resolver lead to this machine.
  for (const char* host :
       {"127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]",
        "[::1]", "[::127.0.0.1]", "localhost", "LOCALHOST"}) {
    for (const char* scheme : {"http://", "https://"}) {
      BOOST_TEST_CONTEXT(scheme << host) {
        HttpRequest request = post_to(scheme + std::string(host) + ":" + port);
        request.reach = Reach::PublicOnly;
        try {
          check_failure(CurlHttpClient().send(request), HttpFailure::NotPublic, false);
        } catch (const InputError&) {
          BOOST_TEST(scheme == std::string("http://"), "not even asked for: it is no loopback host");
        }
      }
    }
  }
  BOOST_TEST(server.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(reuses_no_connection_that_this_request_could_not_have_opened) {
  ScriptedServer server({answer(200, "1"), answer(200, "2"), answer(200, "3")});
  CurlHttpClient client;
  HttpRequest request = post_to(server.url());
  BOOST_TEST(client.send(request).body == "1");
  request.reach = Reach::PublicOnly;
  check_failure(client.send(request), HttpFailure::NotPublic, false);
  BOOST_TEST(server.request_count() == 1U);
  request.reach = Reach::Anywhere;
  BOOST_TEST(client.send(request).body == "2");
}

BOOST_AUTO_TEST_CASE(abort_ends_the_call_in_flight_and_refuses_later_ones) {
  ScriptedServer server({silence()});
  CurlHttpClient client;
  std::thread stopper([&] {
    server.wait_for_requests(1);
    client.abort();
  });
  HttpRequest request = post_to(server.url());
  request.timeout = std::chrono::minutes(10);
  check_failure(client.send(request), HttpFailure::Aborted, true);
  stopper.join();
  check_failure(client.send(request), HttpFailure::Aborted, false);
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(rejects_line_breaks_in_headers) {
  ScriptedServer server({answer(200, "{}")});
  for (const std::string value : {"a\r\nEvil: 1", "a\nEvil: 1", "a\r"}) {
    HttpRequest request = post_to(server.url());
    request.headers.emplace_back("X-Request-Id", value);
    BOOST_CHECK_THROW(CurlHttpClient().send(request), InputError);
    request = post_to(server.url());
    request.authorization = Secret(value);
    BOOST_CHECK_THROW(CurlHttpClient().send(request), InputError);
  }
  BOOST_TEST(server.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(rejects_addresses_that_would_leave_the_machine_unencrypted) {
  for (const char* url :
       {"http://example.invalid", "ftp://127.0.0.1", "127.0.0.1", "http://127.0.0.1.example.invalid"}) {
    BOOST_CHECK_THROW(CurlHttpClient().send(post_to(url)), InputError);
  }
}

BOOST_AUTO_TEST_CASE(rejects_a_ca_file_that_cannot_be_read) {
  BOOST_CHECK_THROW(CurlHttpClient("/nowhere/ca.pem"), Error);
}

BOOST_AUTO_TEST_CASE(reuses_a_connection_for_the_next_request) {
  ScriptedServer server({answer(200, "1"), answer(200, "2")});
  CurlHttpClient client;
  BOOST_TEST(client.send(post_to(server.url())).body == "1");
  BOOST_TEST(client.send(post_to(server.url())).body == "2");
  BOOST_TEST(server.connection_count() == 1U);
}

// A kept-alive peer that reads the second request and closes: libraries re-send here by themselves.
BOOST_AUTO_TEST_CASE(never_sends_a_request_twice) {
  const Certificates certificates;
  for (const bool tls : {false, true}) {
    for (const char* method : {"POST", "GET"}) {
      BOOST_TEST_CONTEXT(method << (tls ? " over TLS" : "")) {
        const auto identity = tls ? std::optional(certificates.good()) : std::nullopt;
        ScriptedServer server({answer(200, "{}"), close_after_request(), answer(200, "again")}, identity);
        CurlHttpClient client(certificates.ca_file());
        HttpRequest request = post_to(server.url());
        request.method = method;
        BOOST_TEST(!client.send(request).failure);
        check_failure(client.send(request), HttpFailure::Reset, true);
        BOOST_TEST(server.request_count() == 2U);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(trusts_the_given_authority_only) {
  const Certificates certificates;
  ScriptedServer server({answer(200, "{}")}, certificates.good());
  BOOST_TEST(!CurlHttpClient(certificates.ca_file()).send(post_to(server.url())).failure);
  for (const std::string& ca_file : {certificates.other_ca_file().string(), std::string()}) {
    check_failure(CurlHttpClient(ca_file).send(post_to(server.url())), HttpFailure::Tls, false);
  }
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_can_bring_an_authority_of_its_own) {
  const Certificates certificates;
  ScriptedServer server({answer(200, "1"), answer(200, "2")}, certificates.good());
  CurlHttpClient client(certificates.other_ca_file());
  HttpRequest request = post_to(server.url());
  request.ca_file = certificates.ca_file();
  BOOST_TEST(client.send(request).body == "1");
  // The connection still stands, but for this request nobody has vouched for the peer.
  request.ca_file.clear();
  check_failure(client.send(request), HttpFailure::Tls, false);
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_certificates_for_another_name_and_expired_ones) {
  const Certificates certificates;
  for (const ServerIdentity& identity : {certificates.wrong_host(), certificates.expired()}) {
    ScriptedServer server({answer(200, "{}")}, identity);
    check_failure(CurlHttpClient(certificates.ca_file()).send(post_to(server.url())), HttpFailure::Tls,
                  false);
    BOOST_TEST(server.request_count() == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

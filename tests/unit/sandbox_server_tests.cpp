#include <httplib.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "base/error.h"
#include "sandbox/sandbox.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"

using namespace latchkey;
using namespace latchkey::sandbox;

namespace {

Options quick() {
  Options options;
  options.threads = 24;
  options.setup.mayar_limit = Limit{};
  options.slow = Millis(1);
  return options;
}

struct Running {
  SystemClock clock;
  Sandbox sandbox;

  explicit Running(Options options = quick()) : sandbox(std::move(options), clock) {}

  httplib::Result login(const std::string& email) const {
    httplib::Client client(sandbox.url());
    client.set_tcp_nodelay(true);
    return client.Post("/hl/v2/customers/portal-login", {{"Authorization", "Bearer sandbox-mayar-key"}},
                       Json{{"email", email}}.dump(), "application/json");
  }
  Json mayar() { return sandbox.control("GET", "/control/calls")["mayar"]; }
  /// Returns when so many calls hang.
  void wait_for_hanging(int count) {
    while (sandbox.control("GET", "/control/fault")["hanging"] != count) std::this_thread::yield();
  }
};

/// What comes back on a connection of its own until the sandbox closes it.
std::string raw_answer(int port, const std::string& email) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const std::string body = Json{{"email", email}}.dump();
  const std::string request =
      "POST /hl/v2/customers/portal-login HTTP/1.1\r\nHost: sandbox\r\n"
      "Authorization: Bearer sandbox-mayar-key\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  BOOST_REQUIRE(::send(descriptor, request.data(), request.size(), 0) ==
                static_cast<ssize_t>(request.size()));
  std::string answer;
  char piece[4096];
  for (ssize_t got = 0; (got = ::recv(descriptor, piece, sizeof piece, 0)) > 0;) {
    answer.append(piece, static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  return answer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sandbox_server_tests)

BOOST_AUTO_TEST_CASE(serves_both_providers_on_one_port) {
  Running running;
  const auto mailed = running.login("b@example.com");
  BOOST_REQUIRE(mailed);
  BOOST_TEST(mailed->status == 200);
  httplib::Client client(running.sandbox.url());
  BOOST_TEST(client.Get("/health")->body == "OK");
  BOOST_TEST(client.Get("/nowhere")->status == 401);

  client.set_basic_auth("sandbox-client", "sandbox-secret");
  const auto token = client.Post("/oauth/token", httplib::Params{{"grant_type", "client_credentials"}});
  BOOST_REQUIRE(token);
  BOOST_TEST(token->status == 200);
  const auto link =
      httplib::Client(running.sandbox.url())
          .Post("/admin/magic_link",
                {{"Authorization", "Bearer " + Json::parse(token->body)["access_token"].get<std::string>()}},
                R"({"customerId":"cus_a"})", "application/json");
  BOOST_REQUIRE(link);
  BOOST_TEST(link->status == 200);
  const std::string opened = "/portal/open?token_hash=" + token_hash_in(Json::parse(link->body)["link"]);
  BOOST_TEST(client.Get(opened)->status == 200);
  BOOST_TEST(client.Get(opened)->status == 410);
}

BOOST_AUTO_TEST_CASE(loses_no_count_under_many_callers) {
  Running running;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&running, caller] {
      httplib::Client client(running.sandbox.url());
      client.set_keep_alive(true);
      client.set_tcp_nodelay(true);
      const std::string tag = caller % 2 == 0 ? "+cutbefore" : "";
      for (int i = 0; i < 50; ++i) {
        client.Post("/hl/v2/customers/portal-login", {{"Authorization", "Bearer sandbox-mayar-key"}},
                    Json{{"email", std::to_string(caller) + tag + "@example.com"}}.dump(),
                    "application/json");
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const Json mayar = running.mayar();
  BOOST_TEST(mayar["sends"] == 400);
  BOOST_TEST(mayar["applied"] == 400);
  BOOST_TEST(mayar["answers"] == (Json{{"200", 200}, {"none", 200}}));
  for (const auto& recipient : mayar["recipients"].items()) BOOST_TEST(recipient.value()["sends"] == 50);
}

BOOST_AUTO_TEST_CASE(cut_before_the_answer_shows_no_byte_and_is_counted) {
  Running running;
  BOOST_TEST(raw_answer(running.sandbox.port(), "b+cutbefore@example.com") == "");
  BOOST_TEST(running.mayar()["applied"] == 1);
  BOOST_TEST(raw_answer(running.sandbox.port(), "b+drop@example.com") == "");
  BOOST_TEST(running.mayar()["applied"] == 1);
  BOOST_TEST(running.mayar()["sends"] == 2);
}

BOOST_AUTO_TEST_CASE(cut_after_shows_the_headers_and_half_the_body) {
  Running running;
  const std::string answer = raw_answer(running.sandbox.port(), "b+cutafter@example.com");
  BOOST_TEST(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(answer.find("Content-Length: 87\r\n") != std::string::npos);
  BOOST_TEST(answer.size() - answer.find("\r\n\r\n") - 4 == 43);
}

BOOST_AUTO_TEST_CASE(dripping_answer_arrives_whole_in_the_end) {
  Options options = quick();
  options.drip = Millis(1);
  Running running(options);
  const auto answer = running.login("b+drip@example.com");
  BOOST_REQUIRE(answer);
  BOOST_TEST(Json::parse(answer->body)["messages"] == "success");
}

BOOST_AUTO_TEST_CASE(slow_and_huge_answers_arrive) {
  Running running;
  BOOST_TEST(running.login("b+slow@example.com")->status == 200);
  const auto huge = running.login("b+huge@example.com");
  BOOST_REQUIRE(huge);
  BOOST_TEST(huge->body.size() > 1'000'000);
  BOOST_TEST(Json::parse(huge->body)["statusCode"] == 200);
}

BOOST_AUTO_TEST_CASE(hanging_calls_go_on_when_released) {
  Running running;
  std::atomic<int> accepted = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      const auto answer = running.login("b+hang@example.com");
      if (answer && answer->status == 200) ++accepted;
    });
  }
  running.wait_for_hanging(4);
  // The control API answers over HTTP meanwhile, and knows them.
  httplib::Client client(running.sandbox.control_url());
  const auto calls = client.Get("/control/calls");
  BOOST_REQUIRE(calls);
  BOOST_TEST(Json::parse(calls->body)["mayar"]["pending"] == 4);
  BOOST_TEST(Json::parse(calls->body)["mails"] == 4);
  BOOST_TEST(Json::parse(client.Post("/control/release")->body)["released"] == 4);
  for (std::thread& caller : callers) caller.join();
  BOOST_TEST(accepted == 4);
  BOOST_TEST(running.mayar()["pending"] == 0);
}

BOOST_AUTO_TEST_CASE(hanging_call_ends_when_its_caller_leaves) {
  Running running;
  {
    httplib::Client client(running.sandbox.url());
    client.set_read_timeout(std::chrono::milliseconds(1));
    BOOST_TEST(!client.Post("/hl/v2/customers/portal-login", {{"Authorization", "Bearer sandbox-mayar-key"}},
                            R"({"email":"b+hang@example.com"})", "application/json"));
  }
  while (running.mayar()["answers"].value("none", 0) != 1) std::this_thread::yield();
  BOOST_TEST(running.mayar()["pending"] == 0);
}

BOOST_AUTO_TEST_CASE(one_call_too_many_to_hang_is_cut) {
  Running running;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) callers.emplace_back([&] { running.login("b+hang@example.com"); });
  running.wait_for_hanging(8);
  BOOST_TEST(raw_answer(running.sandbox.port(), "c+hang@example.com") == "");
  running.sandbox.control("POST", "/control/release");
  for (std::thread& caller : callers) caller.join();
}

BOOST_AUTO_TEST_CASE(ends_while_calls_hang) {
  std::thread caller;
  {
    Running running;
    caller = std::thread([url = running.sandbox.url()] {
      httplib::Client client(url);
      client.Post("/hl/v2/customers/portal-login", {{"Authorization", "Bearer sandbox-mayar-key"}},
                  R"({"email":"b+hang@example.com"})", "application/json");
    });
    running.wait_for_hanging(1);
  }
  caller.join();
}

BOOST_AUTO_TEST_CASE(control_api_may_have_an_address_of_its_own) {
  Options options = quick();
  options.control_listen = Address{};
  Running running(options);
  BOOST_TEST(running.sandbox.control_url() != running.sandbox.url());
  BOOST_TEST(httplib::Client(running.sandbox.control_url()).Get("/control/calls")->status == 200);
}

BOOST_AUTO_TEST_CASE(second_sandbox_cannot_share_a_port) {
  Running running;
  Options options = quick();
  options.listen.port = running.sandbox.port();
  BOOST_CHECK_THROW(Running second(options), Error);
}

BOOST_AUTO_TEST_CASE(only_loopback_addresses_are_taken) {
  BOOST_TEST(parse_address("127.0.0.1:8431").port == 8431);
  BOOST_TEST(parse_address("127.0.0.2:0").host == "127.0.0.2");
  for (const char* wrong :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "0.0.0.0:80",
        "10.0.0.1:80", "localhost:80", "127.0.0:80", "127.evil.example:80"}) {
    BOOST_CHECK_THROW(parse_address(wrong), UsageError);
  }
}

BOOST_AUTO_TEST_CASE(speaks_https_and_cuts_it_too) {
  const Certificates certificates;
  Options options = quick();
  options.listen.certificate = certificates.good().certificate;
  options.listen.key = certificates.good().key;
  Running running(options);
  BOOST_TEST(running.sandbox.url().starts_with("https://127.0.0.1:"));
  httplib::Client client(running.sandbox.url());
  client.set_ca_cert_path(certificates.ca_file().c_str());
  const auto login = [&](const char* body) {
    return client.Post("/hl/v2/customers/portal-login", {{"Authorization", "Bearer sandbox-mayar-key"}}, body,
                       "application/json");
  };
  const auto mailed = login(R"({"email":"b@example.com"})");
  BOOST_REQUIRE(mailed);
  BOOST_TEST(mailed->status == 200);
  BOOST_TEST(!login(R"({"email":"b+cutbefore@example.com"})"));
  BOOST_TEST(running.mayar()["applied"] == 2);
}

BOOST_AUTO_TEST_CASE(unusable_certificate_is_an_error) {
  TempDir folder;
  Options options = quick();
  options.listen.certificate = folder / "missing.pem";
  options.listen.key = folder / "missing.key";
  BOOST_CHECK_THROW(Running running(options), Error);
}

BOOST_AUTO_TEST_CASE(log_shows_no_address_key_or_link) {
  std::mutex mutex;
  std::string log;
  Options options = quick();
  options.log = [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    log += line + "\n";
  };
  Running running(options);
  running.login("budi.santoso+unexpectedlink@example.com");
  httplib::Client(running.sandbox.url()).Get("/customers/cus_12345678?secret=token_hash");
  const std::lock_guard lock(mutex);
  BOOST_TEST(log.find("b…@example.com -> 200 (unexpectedlink)") != std::string::npos);
  for (const char* secret : {"budi", "sandbox-mayar-key", "token_hash", "cus_12345678", "http"}) {
    BOOST_TEST(log.find(secret) == std::string::npos, secret);
  }
}

BOOST_AUTO_TEST_SUITE_END()

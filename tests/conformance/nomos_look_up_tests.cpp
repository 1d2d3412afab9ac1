// The look-up of a customer before the mint, with the real HTTP client against a scripted server: what every
// answer to each of the two steps comes to, and that a mint follows nothing but a good look-up.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "base/curl_http_client.h"
#include "provider/nomos.h"
#include "tests/support/certificates.h"
#include "tests/support/closed_port.h"
#include "tests/support/outcome_text.h"
#include "tests/support/provider_setup.h"
#include "tests/support/scripted_server.h"

using namespace latchkey;
using provider::Result;

namespace {

const std::string kCustomer = customer_body(R"("Budi@Example.com")");

/// Nomos with a token from a file, so that the look-up is the first request.
class LookUpCaller {
 public:
  explicit LookUpCaller(const std::string& base_url, std::string ca_file = {})
      : setup_(base_url), client_(std::move(ca_file)) {
    setup_.use_fixed_token();
    setup_.nomos.connect_timeout = Millis(1000);
  }
  void set_timeout(Millis timeout) { setup_.nomos.timeout = timeout; }

  Result call() {
    provider::Nomos nomos(setup_.nomos, setup_.clock);
    provider::Call call = fresh_call("cus_1", "budi@example.com");
    call.still_fresh = [this] { return fresh.load(); };
    return nomos.call(call, client_);
  }
  HttpClient& client() { return client_; }
  std::atomic<bool> fresh = true;

 private:
  ProviderSetup setup_;
  CurlHttpClient client_;
};

bool is_mint(const std::string& request) {
  return request.starts_with("POST /admin/magic_link ");
}

/// What an attempt comes to whose look-up is answered by `step`, and that nothing was minted.
std::string look_up_came_to(Step step) {
  ScriptedServer server({std::move(step), answer(200, kNomosAccepted)});
  const Result result = LookUpCaller(server.url()).call();
  BOOST_TEST(server.request_count() == 1U);
  BOOST_TEST(server.requests().at(0).starts_with("GET /customers/cus_1 "));
  BOOST_TEST(result.link.empty());
  return text_of(result);
}

/// The same, where the look-up goes well and the mint is answered by `step`.
std::string mint_came_to(Step step) {
  ScriptedServer server({answer(200, kCustomer), std::move(step)});
  const Result result = LookUpCaller(server.url()).call();
  BOOST_TEST(server.request_count() == 2U);
  BOOST_TEST(is_mint(server.requests().back()));
  BOOST_TEST((result.link.empty() || result.outcome == job::Outcome::Accepted));
  return text_of(result);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nomos_look_up_tests)

BOOST_AUTO_TEST_CASE(the_expected_address_is_minted_for) {
  BOOST_TEST(mint_came_to(answer(200, kNomosAccepted)) == "accepted");
}

BOOST_AUTO_TEST_CASE(another_address_or_none_mints_nothing) {
  BOOST_TEST(look_up_came_to(answer(200, customer_body(R"("siti@example.com")"))) ==
             "rejected address_mismatch");
  BOOST_TEST(look_up_came_to(answer(200, customer_body("null"))) == "rejected address_mismatch");
}

BOOST_AUTO_TEST_CASE(every_client_error_of_the_look_up_is_as_that_of_the_mint) {
  const std::vector<std::pair<int, std::string>> rows{
      {400, "rejected invalid_request"},
      {401, "rejected unauthorized pause"},
      {402, "rejected payment_required pause"},
      {403, "rejected forbidden pause"},
      {404, "rejected customer_not_found"},
      {405, "rejected invalid_request"},
      {409, "rejected conflict"},
      {422, "rejected invalid_request"},
      {429, "throttled rate_limited wait=30000"},
  };
  for (const auto& [status, expected] : rows) {
    BOOST_TEST_CONTEXT(status) {
      for (const std::string& body : {nomos_error("X"), std::string("<html>a proxy</html>"), std::string()}) {
        BOOST_TEST(look_up_came_to(answer(status, body)) == expected);
        BOOST_TEST(mint_came_to(answer(status, body)) == expected);
      }
    }
  }
  BOOST_TEST(look_up_came_to(answer(429, "", {{"Retry-After", "7"}})) == "throttled rate_limited wait=7000");
}

BOOST_AUTO_TEST_CASE(a_server_error_of_the_look_up_leaves_nothing_unknown) {
  for (const int status : {500, 502, 503, 504}) {
    BOOST_TEST(look_up_came_to(answer(status, nomos_error("X"))) == "rejected provider_error");
    BOOST_TEST(look_up_came_to(answer(status, "<html>Bad gateway</html>")) == "not_sent bad_answer");
    BOOST_TEST(look_up_came_to(answer(status, "")) == "not_sent bad_answer");
    BOOST_TEST(mint_came_to(answer(status, nomos_error("X"))) == "rejected provider_error");
    BOOST_TEST(mint_came_to(answer(status, "<html>Bad gateway</html>")) == "unknown bad_answer");
  }
}

BOOST_AUTO_TEST_CASE(an_unreadable_look_up_is_not_sent) {
  ScriptedServer other({answer(200, kCustomer)});
  for (const Step& step : {answer(200, ""), answer(200, "{}"), answer(200, "<html>"),
                           answer(200, kCustomer + "x"), answer(204, ""), garbage(), endless_body(),
                           endless_header(), endless_headers(), redirect(other.url())}) {
    BOOST_TEST_CONTEXT(step.bytes.substr(0, 60)) {
      BOOST_TEST(look_up_came_to(step) == "not_sent bad_answer");
    }
  }
  BOOST_TEST(other.connection_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_cut_look_up_is_not_sent_and_a_cut_mint_is_unknown) {
  BOOST_TEST(look_up_came_to(close_after_request()) == "not_sent reset");
  BOOST_TEST(mint_came_to(close_after_request()) == "unknown reset");
  const std::size_t whole = answer(200, kCustomer).bytes.size();
  for (const std::size_t bytes : {std::size_t{20}, whole - kCustomer.size(), whole - 1}) {
    BOOST_TEST_CONTEXT("cut after " << bytes) {
      BOOST_TEST(look_up_came_to(cut_answer(200, kCustomer, bytes)) == "not_sent reset");
    }
  }
  const std::size_t minted = answer(200, kNomosAccepted).bytes.size();
  BOOST_TEST(mint_came_to(cut_answer(200, kNomosAccepted, minted - 1)) == "unknown reset");
}

BOOST_AUTO_TEST_CASE(a_look_up_that_is_not_answered_is_not_sent) {
  ScriptedServer server({silence(), answer(200, kNomosAccepted)});
  LookUpCaller caller(server.url());
  caller.set_timeout(Millis(600));
  BOOST_TEST(text_of(caller.call()) == "not_sent timeout");
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_mint_that_is_not_answered_after_the_look_up_is_unknown) {
  ScriptedServer server({answer(200, kCustomer), silence()});
  LookUpCaller caller(server.url());
  caller.set_timeout(Millis(600));
  BOOST_TEST(text_of(caller.call()) == "unknown timeout");
  BOOST_TEST(server.request_count() == 2U);
}

BOOST_AUTO_TEST_CASE(slow_answers_within_the_time_count) {
  Step customer = answer(200, kCustomer);
  Step minted = answer(200, kNomosAccepted);
  customer.hold = minted.hold = true;
  ScriptedServer server({customer, minted});
  std::thread releaser([&] {
    server.wait_for_requests(1);
    server.release();
  });
  BOOST_TEST(text_of(LookUpCaller(server.url()).call()) == "accepted");
  releaser.join();
}

BOOST_AUTO_TEST_CASE(a_look_up_that_finds_nobody_is_not_sent) {
  const ClosedPort closed;
  BOOST_TEST(text_of(LookUpCaller(closed.url()).call()) == "not_sent connect");
  BOOST_TEST(text_of(LookUpCaller("https://" + std::string(64, 'a') + ".invalid").call()) == "not_sent dns");
  const Certificates certificates;
  ScriptedServer expired({answer(200, kCustomer)}, certificates.expired());
  BOOST_TEST(text_of(LookUpCaller(expired.url(), certificates.ca_file()).call()) == "not_sent tls");
  BOOST_TEST(expired.request_count() == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_looked_up_for_a_job_that_went_stale_while_connecting) {
  ScriptedServer server({answer(200, kCustomer)});
  LookUpCaller caller(server.url());
  caller.fresh = false;
  BOOST_TEST(text_of(caller.call()) == "not_sent expired_before_send");
  BOOST_TEST(server.bytes_received() == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_minted_for_a_job_that_went_stale_during_the_look_up) {
  Step customer = answer(200, kCustomer);
  customer.hold = true;
  ScriptedServer server({customer, answer(200, kNomosAccepted)});
  LookUpCaller caller(server.url());
  std::thread clock([&] {
    server.wait_for_requests(1);
    caller.fresh = false;
    server.release();
  });
  BOOST_TEST(text_of(caller.call()) == "not_sent expired_before_send");
  clock.join();
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stop_during_the_look_up_is_a_shutdown_and_nothing_was_sent) {
  ScriptedServer server({silence()});
  LookUpCaller caller(server.url());
  std::thread stopper([&] {
    server.wait_for_requests(1);
    caller.client().abort();
  });
  BOOST_TEST(text_of(caller.call()) == "not_sent shutdown");
  stopper.join();
  BOOST_TEST(server.request_count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_kept_alive_peer_that_closes_sees_the_look_up_and_the_mint_once) {
  const Certificates certificates;
  // The mint uses the connection of the look-up, which is closed when the mint has been read: libcurl would
  // write it again on a new one.
  ScriptedServer server({answer(200, kCustomer), close_after_request(), answer(200, kNomosAccepted)},
                        certificates.good());
  BOOST_TEST(text_of(LookUpCaller(server.url(), certificates.ca_file()).call()) == "unknown reset");
  BOOST_TEST(server.request_count() == 2U);

  // A GET that libcurl would send again by itself: the look-up on the connection that an earlier mint left.
  ScriptedServer closing({answer(200, kCustomer), answer(200, kNomosAccepted), close_after_request(),
                          answer(200, kCustomer), answer(200, kNomosAccepted)},
                         certificates.good());
  LookUpCaller caller(closing.url(), certificates.ca_file());
  BOOST_TEST(text_of(caller.call()) == "accepted");
  BOOST_TEST(text_of(caller.call()) == "not_sent reset");
  BOOST_TEST(closing.request_count() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

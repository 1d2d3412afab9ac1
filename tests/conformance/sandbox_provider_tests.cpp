#include <boost/test/unit_test.hpp>

#include "base/curl_http_client.h"
#include "base/files.h"
#include "job/names.h"
#include "provider/mayar.h"
#include "provider/nomos.h"
#include "sandbox/faults.h"
#include "sandbox/sandbox.h"
#include "tests/support/temp_dir.h"

using namespace latchkey;

namespace {

/// Our own clients, as they call the providers, against the sandbox. What each fault comes to is the table of
/// docs/providers.md read through docs/sandbox.md.
struct Wired {
  TempDir folder;
  SystemClock clock;
  sandbox::Sandbox sandbox{options(), clock};
  CurlHttpClient http;

  Wired() {
    create_private_file(folder / "mayar.key", "sandbox-mayar-key\n");
    create_private_file(folder / "nomos.secret", "sandbox-secret\n");
  }

  static sandbox::Options options() {
    sandbox::Options options;
    options.threads = 24;
    options.setup.mayar_limit = options.setup.nomos_limit = {};
    options.slow = Millis(1);
    return options;
  }

  /// One that does not answer in time is waited for this long; all the others have much more time than they
  /// need.
  static Millis timeout_of(const std::string& fault) {
    return fault == "hang" || fault == "drip" ? Millis(500) : std::chrono::seconds(20);
  }

  ProviderConfig config(Millis timeout) {
    ProviderConfig config;
    config.base_url = sandbox.url();
    config.timeout = timeout;
    config.on = true;
    return config;
  }
  ProviderConfig mayar_config(Millis timeout) {
    ProviderConfig mayar = config(timeout);
    mayar.api_key_file = folder / "mayar.key";
    return mayar;
  }
  ProviderConfig nomos_config(Millis timeout = std::chrono::seconds(20)) {
    ProviderConfig nomos = config(timeout);
    nomos.client_id = "sandbox-client";
    nomos.client_secret_file = folder / "nomos.secret";
    nomos.api_version = "2026-01-29.edison";
    nomos.link_hosts = {".customerportal.energy", ".checkout.energy"};
    return nomos;
  }

  /// "outcome code" of one call.
  std::string outcome(provider::Provider& provider, const std::string& address,
                      std::optional<std::string> expect_email = std::nullopt) {
    const provider::Result result =
        provider.call({"job-1", address, [] { return true; }, std::move(expect_email)}, http);
    return std::string(job::name(result.outcome)) +
           (result.code ? " " + std::string(job::name(*result.code)) : "");
  }
};

struct Row {
  const char* fault;
  const char* mayar;  ///< nullptr: not a fault of this provider
  const char* nomos;
  const char* look_up;  ///< of the customer, before a mint that would go well
};

const Row kRows[] = {
    {"", "accepted", "accepted", "accepted"},
    {"badrequest", "rejected invalid_request", "rejected invalid_request", "rejected invalid_request"},
    {"unauthorized", "rejected unauthorized", "rejected unauthorized", "rejected unauthorized"},
    {"payment", "rejected payment_required", "rejected payment_required", "rejected payment_required"},
    {"forbidden", "rejected forbidden", "rejected forbidden", "rejected forbidden"},
    {"notfound", "rejected email_not_registered", "rejected customer_not_found",
     "rejected customer_not_found"},
    {"nestednotfound", nullptr, "rejected customer_not_found", "rejected customer_not_found"},
    {"conflict", nullptr, "rejected conflict", "rejected conflict"},
    {"unprocessable", nullptr, "rejected invalid_request", "rejected invalid_request"},
    {"throttle", "throttled rate_limited", "throttled rate_limited", "throttled rate_limited"},
    {"throttledate", "throttled rate_limited", "throttled rate_limited", "throttled rate_limited"},
    {"throttlebare", "throttled rate_limited", "throttled rate_limited", "throttled rate_limited"},
    {"error500", "rejected provider_error", "rejected provider_error", "rejected provider_error"},
    {"hidden404", "rejected email_not_registered", nullptr, nullptr},
    {"hidden429", "throttled rate_limited", nullptr, nullptr},
    {"redirect", "unknown bad_answer", "unknown bad_answer", "not_sent bad_answer"},
    {"drop", "unknown reset", "unknown reset", "not_sent reset"},
    {"proxy502", "unknown bad_answer", "unknown bad_answer", "not_sent bad_answer"},
    {"garbage", "unknown bad_answer", "unknown bad_answer", "not_sent bad_answer"},
    {"huge", "unknown bad_answer", "unknown bad_answer", "not_sent bad_answer"},
    {"cutbefore", "unknown reset", "unknown reset", "not_sent reset"},
    {"cutafter", "unknown reset", "unknown reset", "not_sent reset"},
    {"hang", "unknown timeout", "unknown timeout", "not_sent timeout"},
    {"slow", "accepted", "accepted", "accepted"},
    {"drip", "unknown timeout", "unknown timeout", "not_sent timeout"},
    {"unexpectedlink", "accepted unexpected_link", nullptr, nullptr},
    {"foreignhost", nullptr, "rejected link_rejected", nullptr},
    {"httplink", nullptr, "rejected link_rejected", nullptr},
    {"checkout", nullptr, "accepted", nullptr},
    {"noemail", nullptr, nullptr, "rejected address_mismatch"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox_provider_tests, Wired)

BOOST_AUTO_TEST_CASE(every_fault_is_in_the_table) {
  for (const sandbox::FaultKind& kind : sandbox::fault_kinds()) {
    const bool listed = std::any_of(std::begin(kRows), std::end(kRows), [&](const Row& row) {
      return row.fault == std::string(kind.name) && (row.mayar != nullptr) == kind.mayar &&
             (row.nomos != nullptr) == kind.nomos && (row.look_up != nullptr) == kind.look_up;
    });
    BOOST_TEST(listed, kind.name);
  }
}

BOOST_AUTO_TEST_CASE(mayar_reads_each_fault_as_what_it_is) {
  int sends = 0;
  for (const Row& row : kRows) {
    if (!row.mayar) continue;
    provider::Mayar mayar(mayar_config(timeout_of(row.fault)), clock);
    const std::string tag = *row.fault ? "+" + std::string(row.fault) : "";
    BOOST_TEST(outcome(mayar, "budi" + tag + "@example.com") == row.mayar, row.fault);
    ++sends;
  }
  const Json counted = sandbox.control("GET", "/control/calls")["mayar"];
  BOOST_TEST(counted["sends"] == sends);
  BOOST_TEST(counted["requestIds"]["job-1"] == sends);
}

BOOST_AUTO_TEST_CASE(nomos_reads_each_fault_as_what_it_is) {
  int sends = 0;
  for (const Row& row : kRows) {
    if (!row.nomos) continue;
    provider::Nomos nomos(nomos_config(timeout_of(row.fault)), clock);
    BOOST_TEST(outcome(nomos, "cus_" + std::string(row.fault) + "_x1") == row.nomos, row.fault);
    ++sends;
  }
  const Json counted = sandbox.control("GET", "/control/calls")["nomos"];
  BOOST_TEST(counted["sends"] == sends);
}

BOOST_AUTO_TEST_CASE(nomos_reads_each_fault_of_a_look_up_as_what_it_is_and_mints_only_after_a_good_one) {
  int look_ups = 0;
  int minted = 0;
  for (const Row& row : kRows) {
    if (!row.look_up) continue;
    provider::Nomos nomos(nomos_config(timeout_of(row.fault)), clock);
    if (*row.fault) {
      sandbox.control("POST", "/control/fault",
                      {{"provider", "nomos"}, {"route", "customer"}, {"fault", row.fault}});
    }
    BOOST_TEST(outcome(nomos, "cus_x1", "X1@Sandbox.invalid") == row.look_up, row.fault);
    ++look_ups;
    if (row.look_up == std::string("accepted")) ++minted;
    const Json counted = sandbox.control("GET", "/control/calls")["nomos"];
    BOOST_TEST(counted["lookUps"] == look_ups, row.fault);
    BOOST_TEST(counted["sends"] == minted, row.fault);
  }
  BOOST_TEST(minted == 2);
}

BOOST_AUTO_TEST_CASE(another_email_at_nomos_mints_nothing) {
  provider::Nomos nomos(nomos_config(), clock);
  sandbox.control("POST", "/control/customers", {{"cus_a", "budi@b\u00fccher.example"}});
  BOOST_TEST(outcome(nomos, "cus_a", "a@sandbox.invalid") == "rejected address_mismatch");
  BOOST_TEST(outcome(nomos, "cus_a", "Budi@xn--bcher-kva.example") == "accepted");
  BOOST_TEST(outcome(nomos, "cus_a") == "accepted");
  const Json counted = sandbox.control("GET", "/control/calls")["nomos"];
  BOOST_TEST(counted["sends"] == 2);
  BOOST_TEST(counted["lookUps"] == 2);
}

BOOST_AUTO_TEST_CASE(token_faults_are_no_attempt) {
  const auto order = [&](const char* fault) {
    sandbox.control("POST", "/control/fault", {{"provider", "nomos"}, {"route", "token"}, {"fault", fault}});
  };
  provider::Nomos nomos(nomos_config(), clock);
  order("error500");
  BOOST_TEST(outcome(nomos, "cus_a") == "not_sent token_failed");
  order("garbage");
  BOOST_TEST(outcome(nomos, "cus_a") == "not_sent token_failed");
  order("throttle");
  BOOST_TEST(outcome(nomos, "cus_a") == "throttled rate_limited");
  order("unauthorized");
  BOOST_TEST(outcome(nomos, "cus_a") == "not_sent bad_credentials");
  BOOST_TEST(outcome(nomos, "cus_a") == "accepted");
  BOOST_TEST(sandbox.control("GET", "/control/calls")["nomos"]["sends"] == 1);
}

BOOST_AUTO_TEST_CASE(revoked_access_token_is_refused_until_it_is_fetched_anew) {
  provider::Nomos nomos(nomos_config(), clock);
  BOOST_TEST(outcome(nomos, "cus_a") == "accepted");
  sandbox.control("POST", "/control/credentials", {{"revokeTokens", true}});
  BOOST_TEST(outcome(nomos, "cus_a") == "rejected unauthorized");
}

BOOST_AUTO_TEST_SUITE_END()

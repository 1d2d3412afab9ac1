#include <boost/test/unit_test.hpp>

#include "base/encoding.h"
#include "sandbox/nomos_api.h"
#include "tests/support/sandbox_calls.h"

using namespace latchkey;
using namespace latchkey::sandbox;

namespace {

Json json_of(const Answer& answer) {
  return Json::parse(answer.body);
}

struct Nomos : SandboxCalls {
  std::string token = access_token();
  Answer mint(const std::string& customer_id) { return ask(mint_call(token, customer_id)); }
  std::string link(const std::string& customer_id) { return json_of(mint(customer_id)).at("link"); }
  Answer look_up(const std::string& customer_id) { return ask(look_up_call(token, customer_id)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox_nomos_api_tests, Nomos)

BOOST_AUTO_TEST_CASE(token_has_the_fields_of_the_vendor_and_the_shape_of_a_jwt) {
  const Json answer = json_of(ask(token_call()));
  BOOST_TEST(answer["token_type"] == "Bearer");
  BOOST_TEST(answer["expires_in"] == 3600);
  BOOST_TEST(answer["scope"] == "read:* write:*");
  BOOST_TEST(answer["refresh_token"].is_string());
  const std::string jwt = answer["access_token"];
  BOOST_TEST(std::count(jwt.begin(), jwt.end(), '.') == 2);
  BOOST_TEST(jwt.starts_with("eyJ"));
}

BOOST_AUTO_TEST_CASE(token_may_be_asked_for_in_json) {
  Call call = token_call();
  call.params.clear();
  BOOST_TEST(ask(call).status == 400);
  call.body = R"({"grant_type":"client_credentials"})";
  BOOST_TEST(ask(call).status == 200);
  call.body = R"({"grant_type":"password"})";
  BOOST_TEST(ask(call).status == 400);
}

BOOST_AUTO_TEST_CASE(token_is_refused_to_a_wrong_client) {
  for (const std::string pair : {"sandbox-client:wrong", "wrong:sandbox-secret", "sandbox-client", ""}) {
    Call call = token_call();
    call.headers["authorization"] = "Basic " + to_base64(pair);
    BOOST_TEST(ask(call).status == 401, pair);
  }
  Call call = token_call();
  call.headers.clear();
  BOOST_TEST(ask(call).status == 401);
}

BOOST_AUTO_TEST_CASE(mints_a_link_that_the_portal_opens) {
  const std::string minted = link("cus_abc123");
  BOOST_TEST(minted.starts_with("https://sandbox.customerportal.energy/auth/confirm?token_hash="));
  BOOST_TEST(minted.ends_with("&type=magiclink&next=/overview"));
  const Opening opening = state.links.open(token_hash_in(minted), clock.now().wall);
  BOOST_TEST(opening.opened);
  BOOST_TEST(opening.customer == "cus_abc123");
}

BOOST_AUTO_TEST_CASE(token_ends_with_its_lifetime_or_when_it_is_revoked) {
  clock.advance(std::chrono::hours(1) - Millis(1));
  BOOST_TEST(mint("cus_a").status == 200);
  clock.advance(Millis(1));
  BOOST_TEST(mint("cus_a").status == 401);
  token = access_token();
  BOOST_TEST(mint("cus_a").status == 200);
  state.credentials.revoke_tokens();
  BOOST_TEST(mint("cus_a").status == 401);
}

BOOST_AUTO_TEST_CASE(read_only_token_may_not_mint) {
  token = access_token("read:*");
  BOOST_TEST(mint("cus_a").status == 403);
  BOOST_TEST(json_of(look_up("cus_a"))["id"] == "cus_a");
}

BOOST_AUTO_TEST_CASE(fixed_token_from_the_setup_is_good) {
  Setup setup;
  setup.keys.nomos_token = "fixed";
  SandboxCalls fixed(setup);
  BOOST_TEST(fixed.ask(mint_call("fixed", "cus_a")).status == 200);
  BOOST_TEST(fixed.ask(mint_call("", "cus_a")).status == 401);
}

BOOST_AUTO_TEST_CASE(version_must_be_one_of_the_two_known) {
  Call call = mint_call(token, "cus_a");
  call.headers["x-api-version"] = "2026-05-27.curie";
  BOOST_TEST(ask(call).status == 200);
  call.headers["x-api-version"] = "2024-01-01.volta";
  BOOST_TEST(ask(call).status == 400);
}

BOOST_AUTO_TEST_CASE(newer_version_names_the_field) {
  Call call = mint_call(token, "nonsense");
  BOOST_TEST(!json_of(ask(call)).contains("errors"));
  call.headers["x-api-version"] = "2026-05-27.curie";
  const Answer answer = ask(call);
  BOOST_TEST(answer.status == 422);
  BOOST_TEST(json_of(answer)["errors"][0]["field"] == "customerId");
}

BOOST_AUTO_TEST_CASE(body_without_customer_is_refused) {
  Call call = mint_call(token, "cus_a");
  for (const char* body : {"", "{}", "null", "{", R"({"customerId":null})", R"({"customer_id":"cus_a"})"}) {
    call.body = body;
    BOOST_TEST(ask(call).status == 400, body);
  }
}

BOOST_AUTO_TEST_CASE(wrong_path_answers_401_and_wrong_method_405) {
  Call call{"GET", "/nowhere", {}, {{"authorization", "Bearer " + token}}, ""};
  BOOST_TEST(ask(call).status == 401);
  call.path = "/admin/magic_link";
  BOOST_TEST(ask(call).status == 405);
  call.headers.clear();
  BOOST_TEST(ask(call).status == 401);
}

BOOST_AUTO_TEST_CASE(limit_is_told_in_headers) {
  const Answer first = mint("cus_a");
  BOOST_TEST(header_of(first, "ratelimit-limit") == "10");
  BOOST_TEST(header_of(first, "ratelimit-remaining") == "9");
  BOOST_TEST(header_of(first, "ratelimit-reset") == "1");
  for (int i = 0; i < 9; ++i) BOOST_TEST(mint("cus_a").status == 200);
  const Answer refused = mint("cus_a");
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(header_of(refused, "retry-after") == "1");
  BOOST_TEST(json_of(refused)["message"] == "Wait 1 seconds before retrying.");
  BOOST_TEST(state.journal.shown(true)["links"] == 10);
}

BOOST_AUTO_TEST_CASE(links_can_be_of_the_wrong_kind) {
  BOOST_TEST(link("cus_foreignhost").starts_with("https://portal.sandbox.invalid/"));
  BOOST_TEST(link("cus_httplink").starts_with("http://"));
  BOOST_TEST(link("cus_checkout").starts_with("https://sandbox.checkout.energy/start?"));
}

BOOST_AUTO_TEST_CASE(old_error_shape_is_nested) {
  const Answer answer = mint("cus_nestednotfound");
  BOOST_TEST(answer.status == 404);
  BOOST_TEST(json_of(answer)["error"]["code"] == "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(faults_of_token_fetches_leave_sends_alone) {
  state.faults.order(Api::Nomos, Route::Token, Fault::Proxy502, 1);
  BOOST_TEST(mint("cus_a").status == 200);
  BOOST_TEST(ask(token_call()).status == 502);
  BOOST_TEST(ask(token_call()).status == 200);
  const Json nomos = state.journal.shown(true)["nomos"];
  BOOST_TEST(nomos["sends"] == 1);
  BOOST_TEST(nomos["routes"]["token"] == 3);
}

BOOST_AUTO_TEST_CASE(customer_has_an_email_made_of_the_id_or_the_one_that_was_set) {
  BOOST_TEST(json_of(look_up("cus_a"))["email"] == "a@sandbox.invalid");
  state.customers.set_email("cus_a", "Budi@example.com");
  BOOST_TEST(json_of(look_up("cus_a"))["email"] == "Budi@example.com");
  BOOST_TEST(json_of(look_up("cus_b"))["email"] == "b@sandbox.invalid");
  state.customers.set_email("cus_a", std::nullopt);
  BOOST_TEST(json_of(look_up("cus_a"))["email"] == "a@sandbox.invalid");
  BOOST_TEST(look_up("cus_notfound_1").status == 404);
  BOOST_TEST(look_up("nonsense").status == 404);
}

BOOST_AUTO_TEST_CASE(list_of_customers_gives_emails_where_a_line_has_one_of_each) {
  Setup setup;
  setup.customers =
      "customerId,deliverTo\ncus_a,Budi@example.com\r\n\"siti@example.com\";\"cus_b\"\ncus_c\n"
      "cus_d cus_e agus@example.com\ncus_f,f@example.com,g@example.com";
  SandboxCalls listed(setup);
  const std::string its_token = listed.access_token();
  const auto email = [&](const std::string& id) -> std::string {
    return json_of(listed.ask(listed.look_up_call(its_token, id)))["email"];
  };
  BOOST_TEST(email("cus_a") == "Budi@example.com");
  BOOST_TEST(email("cus_b") == "siti@example.com");
  for (const char* id : {"cus_c", "cus_d", "cus_e", "cus_f"}) {
    BOOST_TEST(email(id) == std::string(id).substr(4) + "@sandbox.invalid");
  }
  BOOST_TEST(listed.ask(listed.look_up_call(its_token, "cus_x")).status == 404);
  // An email of the list is a customer of Mayar's as well, whatever line it stands on.
  for (const char* known : {"budi@example.com", "agus@example.com", "g@example.com"}) {
    BOOST_TEST(listed.login(known).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(faults_of_look_ups_leave_sends_alone) {
  for (const Fault fault : {Fault::NoEmail, Fault::NotFound, Fault::Garbage}) {
    state.faults.order(Api::Nomos, Route::Customer, fault, 1);
  }
  BOOST_TEST(mint("cus_a").status == 200);
  BOOST_TEST(!json_of(look_up("cus_a")).contains("email"));
  BOOST_TEST(look_up("cus_a").status == 404);
  BOOST_TEST(!Json::accept(look_up("cus_a").body));
  BOOST_TEST(json_of(look_up("cus_a"))["email"] == "a@sandbox.invalid");
}

BOOST_AUTO_TEST_CASE(look_ups_are_counted_apart_from_sends) {
  mint("cus_a");
  look_up("cus_a");
  look_up("cus_a");
  look_up("cus_notfound_1");
  look_up("\xff");  // nothing that could not be shown
  const Json nomos = state.journal.shown(false)["nomos"];
  BOOST_TEST(nomos["sends"] == 1);
  BOOST_TEST(nomos["lookUps"] == 4);
  BOOST_TEST(nomos["answers"] == (Json{{"200", 1}}));
  BOOST_TEST(nomos["lookUpAnswers"] == (Json{{"200", 2}, {"404", 2}}));
  BOOST_TEST(nomos["lookedUp"] == (Json{{"cus_a", 2}, {"cus_notfound_1", 1}}));
  BOOST_TEST(nomos["recipients"] == (Json{{"cus_a", {{"sends", 1}, {"applied", 1}}}}));
  BOOST_TEST(!state.journal.shown(true)["nomos"].contains("lookedUp"));
}

BOOST_AUTO_TEST_CASE(health_is_plain_text_for_everyone) {
  const Answer answer = ask({"GET", "/health", {}, {}, ""});
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.type == "text/plain");
}

BOOST_AUTO_TEST_SUITE_END()

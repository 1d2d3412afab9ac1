#include <boost/test/unit_test.hpp>

#include "sandbox/control_api.h"
#include "tests/support/sandbox_calls.h"

using namespace latchkey;
using namespace latchkey::sandbox;

namespace {

struct Control : SandboxCalls {
  Waits waits{4};
  ControlApi api{state, waits};

  Answer call(const std::string& method, const std::string& path, const std::string& body = "") {
    return api.answer({method, path, {}, {}, body});
  }
  int post(const std::string& path, const std::string& body) { return call("POST", path, body).status; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox_control_api_tests, Control)

BOOST_AUTO_TEST_CASE(orders_and_clears_faults) {
  BOOST_TEST(post("/control/fault", R"({"provider":"mayar","fault":"error500","count":2})") == 200);
  BOOST_TEST(login("b@example.com").status == 500);
  BOOST_TEST(call("DELETE", "/control/fault").status == 200);
  BOOST_TEST(login("b@example.com").status == 200);
  BOOST_TEST(post("/control/fault", R"({"provider":"nomos","fault":"unauthorized","route":"token"})") == 200);
  BOOST_TEST(ask(token_call()).status == 401);
  const std::string token = Json::parse(ask(token_call()).body)["access_token"];
  BOOST_TEST(post("/control/fault", R"({"provider":"nomos","fault":"error500","route":"customer"})") == 200);
  BOOST_TEST(ask(look_up_call(token, "cus_a")).status == 500);
  BOOST_TEST(ask(look_up_call(token, "cus_a")).status == 200);
}

BOOST_AUTO_TEST_CASE(sets_the_emails_of_customers) {
  const std::string token = access_token();
  const auto email = [&](const std::string& id) -> std::string {
    return Json::parse(ask(look_up_call(token, id)).body)["email"];
  };
  BOOST_TEST(post("/control/customers", R"({"cus_a":"Budi@example.com","cus_b":""})") == 200);
  BOOST_TEST(email("cus_a") == "Budi@example.com");
  BOOST_TEST(email("cus_b") == "");
  BOOST_TEST(Json::parse(call("GET", "/control/customers").body)["emails"]["cus_a"] == "Budi@example.com");
  for (const char* body : {R"({"cus_a":"x@example.com","budi":"x@example.com"})", "[]", R"({"cus_a":7})",
                           R"({"cus_a":"x@example.com","cus_a":"x@example.com"})"}) {
    BOOST_TEST(post("/control/customers", body) == 400, body);
    BOOST_TEST(email("cus_a") == "Budi@example.com");
  }
  BOOST_TEST(post("/control/customers", R"({"cus_a":null})") == 200);
  BOOST_TEST(email("cus_a") == "a@sandbox.invalid");
  BOOST_TEST(post("/control/reset", "") == 200);
  BOOST_TEST(email("cus_b") == "b@sandbox.invalid");
}

BOOST_AUTO_TEST_CASE(wrong_body_changes_nothing_and_names_the_field) {
  for (const char* body :
       {R"({"fault":"hang"})", R"({"provider":"x","fault":"hang"})", R"({"provider":"mayar"})",
        R"({"provider":"mayar","fault":"checkout"})", R"({"provider":"mayar","fault":"hang","count":1.5})",
        R"({"provider":"mayar","fault":"hang","count":-2})",
        R"({"provider":"mayar","fault":"hang","conut":1})",
        R"({"provider":"mayar","fault":"hang","route":"token"})",
        R"({"provider":"mayar","fault":"hang","route":"customer"})",
        R"({"provider":"nomos","fault":"checkout","route":"customer"})",
        R"({"provider":"nomos","fault":"noemail"})", "[]", "{"}) {
    BOOST_TEST(post("/control/fault", body) == 400, body);
  }
  BOOST_TEST(state.faults.shown().empty());
  BOOST_TEST(post("/control/limits", R"({"mayar":"off","nomos":"20/parsec"})") == 400);
  for (int i = 0; i < 20; ++i) login("b@example.com");
  BOOST_TEST(login("b@example.com").status == 429);
  const Answer answer = call("POST", "/control/fault", R"({"provider":"x"})");
  BOOST_TEST(Json::parse(answer.body)["error"]["errors"][0]["field"] == "provider");
}

BOOST_AUTO_TEST_CASE(sets_limits) {
  BOOST_TEST(post("/control/limits", R"({"mayar":"off"})") == 200);
  for (int i = 0; i < 50; ++i) BOOST_TEST(login("b@example.com").status == 200);
}

BOOST_AUTO_TEST_CASE(changes_credentials) {
  BOOST_TEST(post("/control/credentials", R"({"mayarKey":"new"})") == 200);
  BOOST_TEST(login("b@example.com").status == 401);
  Call with_new = login_call("b@example.com");
  with_new.headers["authorization"] = "Bearer new";
  BOOST_TEST(ask(with_new).status == 200);
  BOOST_TEST(post("/control/credentials", R"({"mayarKey":""})") == 200);
  with_new.headers["authorization"] = "Bearer ";
  BOOST_TEST(ask(with_new).status == 401);

  const std::string token = access_token();
  BOOST_TEST(post("/control/credentials", R"({"revokeTokens":true,"nomosToken":"fixed"})") == 200);
  BOOST_TEST(ask(mint_call(token, "cus_a")).status == 401);
  BOOST_TEST(ask(mint_call("fixed", "cus_a")).status == 200);
  BOOST_TEST(post("/control/credentials", R"({"revokeTokens":true})") == 200);
  BOOST_TEST(ask(mint_call("fixed", "cus_a")).status == 401);
}

BOOST_AUTO_TEST_CASE(opens_a_link_once_by_either_door) {
  const std::string link = Json::parse(ask(mint_call(access_token(), "cus_a")).body)["link"];
  const std::string body = Json{{"link", link}}.dump();
  BOOST_TEST(Json::parse(call("POST", "/control/open", body).body)["customerId"] == "cus_a");
  BOOST_TEST(post("/control/open", body) == 410);
  const Call door{"GET", "/portal/open", {{"token_hash", token_hash_in(link)}}, {}, ""};
  BOOST_TEST(Json::parse(api.answer(door).body)["reason"] == "used");
  BOOST_TEST(post("/control/open", R"({"link":"https://x/?token_hash=no"})") == 404);
}

BOOST_AUTO_TEST_CASE(calls_are_counted_by_recipient_and_request_id) {
  Call sent = login_call("Budi@example.com");
  sent.headers["x-request-id"] = "job-1";
  ask(sent);
  ask(sent);
  login("siti@example.com");
  const Json mayar = Json::parse(call("GET", "/control/calls").body)["mayar"];
  BOOST_TEST(mayar["calls"] == 3);
  BOOST_TEST(mayar["pending"] == 0);
  BOOST_TEST(mayar["recipients"]["budi@example.com"] == (Json{{"sends", 2}, {"applied", 2}}));
  BOOST_TEST(mayar["requestIds"] == (Json{{"job-1", 2}}));
  const Json brief = Json::parse(api.answer({"GET", "/control/calls", {{"brief", "1"}}, {}, ""}).body);
  BOOST_TEST(!brief["mayar"].contains("recipients"));
  BOOST_TEST(Json::parse(call("GET", "/control/customers").body)["met"].size() == 2);
}

BOOST_AUTO_TEST_CASE(hostile_request_id_is_shown_as_text) {
  Call sent = login_call("b@example.com");
  sent.headers["x-request-id"] = "a\xff\x1b[2J";
  ask(sent);
  BOOST_TEST(Json::parse(call("GET", "/control/calls").body)["mayar"]["requestIds"].size() == 1);
}

BOOST_AUTO_TEST_CASE(reset_forgets_counts_and_faults_but_not_calls_that_are_still_waiting) {
  const Arrival waiting = arrival_of(login_call("b@example.com")).value();
  state.journal.received(waiting);
  login("b+throttle1@example.com");
  BOOST_TEST(post("/control/fault", R"({"provider":"mayar","fault":"hang"})") == 200);
  BOOST_TEST(post("/control/reset", "") == 200);
  BOOST_TEST(login("b+throttle1@example.com").status == 429);
  const Json mayar = state.journal.shown(true)["mayar"];
  BOOST_TEST(mayar["pending"] == 1);
  BOOST_TEST(mayar["sends"] == 1);
}

BOOST_AUTO_TEST_CASE(unknown_control_call_is_404) {
  BOOST_TEST(call("GET", "/control/nothing").status == 404);
  BOOST_TEST(call("POST", "/control/calls").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

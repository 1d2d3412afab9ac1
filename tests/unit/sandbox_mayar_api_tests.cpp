#include <boost/test/unit_test.hpp>

#include "sandbox/mayar_api.h"
#include "tests/support/sandbox_calls.h"

using namespace latchkey;
using namespace latchkey::sandbox;

namespace {

Json body_of(const Answer& answer) {
  return Json::parse(answer.body);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sandbox_mayar_api_tests, SandboxCalls)

BOOST_AUTO_TEST_CASE(mails_a_registered_customer) {
  const Answer answer = login("budi.santoso@example.com");
  BOOST_TEST(answer.status == 200);
  // Byte for byte the vendor's example, but for its white space.
  BOOST_TEST(answer.body ==
             R"({"statusCode":200,"messages":"success","data":{"url":"Sudah kami kirim ke email anda"}})");
  BOOST_TEST(state.journal.shown(true)["mails"] == 1);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_email) {
  Call call = login_call("b@example.com");
  for (const char* body :
       {"", "{}", "[]", "not json", R"({"email":7})", R"({"email":""})", R"({"email":"budi"})",
        R"({"email":"@example.com"})", R"({"email":"b@localhost"})"}) {
    call.body = body;
    const Answer answer = ask(call);
    BOOST_TEST(answer.status == 400, body);
    BOOST_TEST(body_of(answer)["messages"] == "Validation Error.");
  }
  BOOST_TEST(state.journal.shown(true)["mails"] == 0);
  BOOST_TEST(state.journal.shown(true)["mayar"]["sends"] == 9);
}

BOOST_AUTO_TEST_CASE(refuses_an_unregistered_email) {
  const Answer answer = login("b+notfound@example.com");
  BOOST_TEST(answer.status == 404);
  BOOST_TEST(body_of(answer) == (Json{{"statusCode", 404}, {"messages", "Email tidak terdaftar"}}));
}

BOOST_AUTO_TEST_CASE(list_of_customers_leaves_out_everyone_else) {
  Setup setup;
  setup.customers = "email,name\nBudi@Example.com,\"Budi\"\ncus_a1;x\n";
  SandboxCalls listed(setup);
  BOOST_TEST(listed.login("budi@example.com").status == 200);
  BOOST_TEST(listed.login("siti@example.com").status == 404);
  BOOST_TEST(listed.state.customers.knows("cus_a1"));
  BOOST_TEST(!listed.state.customers.knows("cus_A1"));
  setup.customers = "";
  BOOST_TEST(SandboxCalls(setup).login("budi@example.com").status == 404);
}

BOOST_AUTO_TEST_CASE(refuses_a_wrong_key) {
  for (const char* given : {"", "Bearer", "Bearer ", "Bearer wrong", "Basic sandbox-mayar-key",
                            "Bearer sandbox-mayar-key, Bearer sandbox-mayar-key"}) {
    Call call = login_call("b@example.com");
    call.headers["authorization"] = given;
    BOOST_TEST(ask(call).status == 401, given);
  }
  BOOST_TEST(state.journal.shown(true)["mails"] == 0);
}

BOOST_AUTO_TEST_CASE(throttles_after_twenty_calls_a_minute) {
  for (int i = 0; i < 20; ++i) BOOST_TEST(login("b@example.com").status == 200);
  const Answer refused = login("b@example.com");
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(header_of(refused, "Retry-After") == "60");
  clock.advance(std::chrono::minutes(1));
  BOOST_TEST(login("b@example.com").status == 200);
  BOOST_TEST(state.journal.shown(true)["mails"] == 21);
}

BOOST_AUTO_TEST_CASE(success_may_hide_a_refusal) {
  for (const int hidden : {404, 429}) {
    const Answer answer = login("b+hidden" + std::to_string(hidden) + "@example.com");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(body_of(answer)["statusCode"] == hidden);
  }
  BOOST_TEST(state.journal.shown(true)["mails"] == 0);
}

BOOST_AUTO_TEST_CASE(lost_answers_differ_in_whether_the_mail_went_out) {
  BOOST_TEST((login("b+cutbefore@example.com").delivery == Delivery::CutBefore));
  BOOST_TEST((login("b+drop@example.com").delivery == Delivery::CutBefore));
  BOOST_TEST((login("b+cutafter@example.com").delivery == Delivery::CutAfter));
  BOOST_TEST(login("b+hang@example.com").hold);
  BOOST_TEST(login("b+proxy502@example.com").status == 502);
  const Json mayar = state.journal.shown(false)["mayar"];
  BOOST_TEST(mayar["applied"] == 4);
  BOOST_TEST(mayar["recipients"]["b+drop@example.com"]["applied"] == 0);
  BOOST_TEST(mayar["recipients"]["b+cutbefore@example.com"]["applied"] == 1);
  BOOST_TEST(mayar["answers"] == (Json{{"none", 2}, {"cut", 1}, {"200", 1}, {"502", 1}}));
}

BOOST_AUTO_TEST_CASE(throttle_faults_say_how_long_in_three_ways) {
  BOOST_TEST(header_of(login("b+throttle@example.com"), "Retry-After") == "1");
  BOOST_TEST(header_of(login("b+throttledate@example.com"), "Retry-After") ==
             "Thu, 28 May 2026 20:26:41 GMT");
  BOOST_TEST(header_of(login("b+throttlebare@example.com"), "Retry-After") == "");
  BOOST_TEST(login("b+throttlebare@example.com").status == 429);
}

BOOST_AUTO_TEST_CASE(unexpected_link_is_a_url) {
  const std::string url = body_of(login("b+unexpectedlink@example.com"))["data"]["url"];
  BOOST_TEST(url.starts_with("https://"));
}

BOOST_AUTO_TEST_CASE(ordered_fault_comes_before_the_key_and_the_recipient) {
  state.faults.order(Api::Mayar, Route::Send, Fault::Error500, 1);
  Call call = login_call("b+notfound@example.com");
  call.headers.clear();
  BOOST_TEST(ask(call).status == 500);
  BOOST_TEST(ask(call).status == 401);
}

BOOST_AUTO_TEST_CASE(ended_version_and_unknown_paths_answer_so) {
  Call call = login_call("b@example.com");
  call.path = "/hl/v1/customer/login/portal";
  BOOST_TEST(ask(call).status == 410);
  call.path = "/hl/v2/nothing";
  BOOST_TEST(ask(call).status == 404);
}

BOOST_AUTO_TEST_CASE(detail_knows_the_same_customers) {
  Call call{"GET", "/hl/v2/customers/detail", {{"email", "Budi@example.com"}}, {}, ""};
  BOOST_TEST(ask(call).status == 401);
  call.headers["authorization"] = "Bearer sandbox-mayar-key";
  BOOST_TEST(body_of(ask(call))["data"]["email"] == "budi@example.com");
  call.params["email"] = "b+notfound@example.com";
  BOOST_TEST(ask(call).status == 404);
  BOOST_TEST(state.journal.shown(true)["mayar"]["sends"] == 0);
}

BOOST_AUTO_TEST_SUITE_END()

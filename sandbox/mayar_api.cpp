#include "sandbox/mayar_api.h"

#include "base/json.h"
#include "sandbox/shape.h"

namespace latchkey::sandbox {
namespace {

const char* const kNotRegistered = "Email tidak terdaftar";

const char* message_of(int status) {
  switch (status) {
    case 400:
      return "Validation Error.";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return kNotRegistered;
    case 429:
      return "Too Many Requests";
    default:
      return "Internal Server Error";
  }
}

Answer told(int status, const std::string& messages) {
  Answer answer;
  answer.status = status;
  answer.body = OrderedJson{{"statusCode", status}, {"messages", messages}}.dump();
  return answer;
}

Answer told(int status) {
  return told(status, message_of(status));
}

Answer success(OrderedJson data) {
  Answer answer;
  answer.body = OrderedJson{{"statusCode", 200}, {"messages", "success"}, {"data", std::move(data)}}.dump();
  return answer;
}

}  // namespace

Answer MayarApi::answer(const Call& call, const Arrival& arrival) {
  if (arrival.route == Route::Send) {
    Fault fault = state_.faults.next_ordered(Api::Mayar, Route::Send);
    Answer answer = portal_login(call, arrival, fault);
    shape(fault, answer);
    return answer;
  }
  if (arrival.route == Route::Customer) return customer_detail(call);
  if (call.path.starts_with("/hl/v1/")) return told(410, "This version has ended. Use /hl/v2.");
  return told(404, "Not Found");
}

Answer MayarApi::portal_login(const Call& call, const Arrival& arrival, Fault& fault) {
  if (status_of(fault)) return refusal(fault);
  if (auto away = turned_away(call)) return *away;
  if (!looks_like_email(arrival.recipient)) return told(400);

  if (fault == Fault::None) fault = state_.faults.next_of_recipient(Api::Mayar, arrival.recipient);
  if (status_of(fault)) return refusal(fault);
  if (!state_.customers.knows(arrival.recipient)) return told(404);

  state_.customers.met(arrival.recipient);
  state_.journal.applied(arrival);
  // The vendor's page shows a sentence where a URL is to be expected.
  std::string url = "Sudah kami kirim ke email anda";
  if (fault == Fault::UnexpectedLink) {
    url = "https://sandbox.myr.id/portal?token_hash=";
    url += state_.links.mint(arrival.recipient, state_.clock.now().wall);
  }
  return success({{"url", url}});
}

Answer MayarApi::customer_detail(const Call& call) {
  if (auto away = turned_away(call)) return *away;
  const std::string email = recipient_key(std::string(call.param("email")));
  if (!looks_like_email(email)) return told(400);
  if (!state_.customers.knows(email)) return told(404);
  return success({{"email", email},
                  {"name", "Sandbox Customer"},
                  {"merchant", {{"webhookUrl", "https://merchant.sandbox.invalid/hook"}}}});
}

Answer MayarApi::refusal(Fault fault) const {
  Answer answer = told(status_of(fault));
  const std::string wait = retry_after_of(fault, state_.setup.throttle_wait, state_.clock.now().wall);
  if (!wait.empty()) answer.headers.emplace_back("Retry-After", wait);
  return answer;
}

std::optional<Answer> MayarApi::turned_away(const Call& call) {
  const Verdict verdict = state_.mayar_limiter.admit(state_.clock.now());
  if (!verdict.admitted) {
    Answer answer = told(429);
    answer.headers.emplace_back("Retry-After", std::to_string(verdict.reset_s));
    return answer;
  }
  const std::string_view given = call.header("authorization");
  if (!given.starts_with("Bearer ") || !state_.credentials.mayar_knows(given.substr(7))) return told(401);
  return std::nullopt;
}

}  // namespace latchkey::sandbox

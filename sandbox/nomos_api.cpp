#include "sandbox/nomos_api.h"

#include "base/json.h"
#include "sandbox/nomos_token.h"
#include "sandbox/shape.h"

namespace latchkey::sandbox {
namespace {

void add_limit_headers(const Verdict& verdict, Answer& answer) {
  if (!verdict.limited) return;
  answer.headers.emplace_back("ratelimit-limit", std::to_string(verdict.limit));
  answer.headers.emplace_back("ratelimit-remaining", std::to_string(verdict.remaining));
  answer.headers.emplace_back("ratelimit-reset", std::to_string(verdict.reset_s));
}

std::string wait_message(const std::string& seconds) {
  return "Wait " + seconds + " seconds before retrying.";
}

Answer health() {
  Answer answer;
  answer.type = "text/plain";
  answer.body = "OK";
  return answer;
}

}  // namespace

Answer NomosApi::answer(const Call& call, const Arrival& arrival) {
  Fault fault = Fault::None;
  if (arrival.route == Route::Send || arrival.route == Route::Token || arrival.route == Route::Customer) {
    fault = state_.faults.next_ordered(Api::Nomos, arrival.route);
  }
  Answer answer = status_of(fault) ? refusal(call, fault) : routed(call, arrival, fault);
  shape(fault, answer);
  return answer;
}

Answer NomosApi::routed(const Call& call, const Arrival& arrival, Fault& fault) {
  switch (arrival.route) {
    case Route::Send:
      return magic_link(call, arrival, fault);
    case Route::Token:
      return token_answer(call, state_);
    case Route::Customer:
      return customer(call, fault);
    case Route::Health:
      return health();
    case Route::Other:
      return other(call);
  }
  return other(call);
}

Answer NomosApi::magic_link(const Call& call, const Arrival& arrival, Fault& fault) {
  Verdict verdict;
  if (auto away = turned_away(call, true, verdict)) return *away;
  const auto customer_id = [&]() -> std::optional<std::string> {
    const auto body = parse_json(call.body);
    return body ? string_member(*body, "customerId") : std::nullopt;
  }();
  if (!customer_id) return error(call, {400, "invalid_type in 'customerId': Required", "customerId"});
  if (!looks_like_customer_id(*customer_id)) {
    return error(call, {422, "invalid_string in 'customerId': Invalid", "customerId"});
  }
  if (fault == Fault::None) fault = state_.faults.next_of_recipient(Api::Nomos, *customer_id);
  if (status_of(fault)) return refusal(call, fault);
  if (!state_.customers.knows(*customer_id)) return error(call, {404, "", ""});

  state_.customers.met(*customer_id);
  state_.journal.applied(arrival);
  Answer answer = minted(*customer_id, fault);
  add_limit_headers(verdict, answer);
  return answer;
}

Answer NomosApi::minted(const std::string& customer_id, Fault fault) {
  const std::string token_hash = state_.links.mint(customer_id, state_.clock.now().wall);
  std::string place = "https://sandbox.customerportal.energy/auth/confirm";
  if (fault == Fault::ForeignHost) place = "https://portal.sandbox.invalid/auth/confirm";
  if (fault == Fault::HttpLink) place = "http://sandbox.customerportal.energy/auth/confirm";
  if (fault == Fault::Checkout) place = "https://sandbox.checkout.energy/start";
  Answer answer;
  const std::string link = place + "?token_hash=" + token_hash + "&type=magiclink&next=/overview";
  answer.body = OrderedJson{{"object", "magic_link"}, {"link", link}}.dump();
  return answer;
}

Answer NomosApi::customer(const Call& call, Fault fault) {
  Verdict verdict;
  if (auto away = turned_away(call, false, verdict)) return *away;
  const std::string id = call.path.substr(std::string_view("/customers/").size());
  if (!looks_like_customer_id(id) || !state_.customers.knows(id)) return error(call, {404, "", ""});
  OrderedJson shown = {{"object", "customer"},
                       {"id", id},
                       {"type", "person"},
                       {"first_name", "Sandbox"},
                       {"last_name", "Customer"}};
  if (fault != Fault::NoEmail) shown["email"] = state_.customers.email_of(id);
  shown["vat_id"] = nullptr;
  shown["created_at"] = "2026-01-02T03:04:05Z";
  Answer answer;
  answer.body = shown.dump();
  add_limit_headers(verdict, answer);
  return answer;
}

Answer NomosApi::other(const Call& call) {
  Verdict verdict;
  const bool known = call.path == "/admin/magic_link" || call.path == "/oauth/token" ||
                     call.path == "/health" || call.path.starts_with("/customers/");
  // A wrong path answers like a wrong token, so that nobody learns the paths.
  if (!known) return error(call, {401, "", ""});
  if (auto away = turned_away(call, false, verdict)) return *away;
  return error(call, {405, "", ""});
}

Answer NomosApi::error(const Call& call, NomosError what) const {
  return nomos_error(what, call.header("x-api-version"), state_.random);
}

Answer NomosApi::refusal(const Call& call, Fault fault) const {
  NomosError what{status_of(fault), "", ""};
  const std::string seconds = std::to_string(state_.setup.throttle_wait.count());
  if (fault == Fault::Throttle) what.message = wait_message(seconds);
  Answer answer = error(call, what);
  const std::string wait = retry_after_of(fault, state_.setup.throttle_wait, state_.clock.now().wall);
  if (!wait.empty()) answer.headers.emplace_back("retry-after", wait);
  return fault == Fault::NestedNotFound ? nested(answer) : answer;
}

std::optional<Answer> NomosApi::turned_away(const Call& call, bool write, Verdict& verdict) {
  const Instant now = state_.clock.now();
  const std::string_view given = call.header("authorization");
  const TokenState token = given.starts_with("Bearer ")
                               ? state_.credentials.state_of(given.substr(7), now.wall)
                               : TokenState::Unknown;
  if (token == TokenState::Unknown) return error(call, {401, "", ""});
  if (token == TokenState::Expired) return error(call, {401, "Token expired", ""});

  verdict = state_.nomos_limiter.admit(now);
  if (!verdict.admitted) {
    const std::string seconds = std::to_string(verdict.reset_s);
    Answer answer = error(call, {429, wait_message(seconds), ""});
    add_limit_headers(verdict, answer);
    answer.headers.emplace_back("retry-after", seconds);
    return answer;
  }
  if (write && token == TokenState::ReadOnly) return error(call, {403, "", ""});
  // Without the header the account's own version counts, as in the vendor's first example.
  const std::string_view version = call.header("x-api-version");
  if (!version.empty() && version != kEdison && version != kCurie) {
    return error(call, {400, "Unknown API version", "X-API-Version"});
  }
  return std::nullopt;
}

}  // namespace latchkey::sandbox

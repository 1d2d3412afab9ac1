#include "sandbox/control_api.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace latchkey::sandbox {
namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& message) {
  throw InputError("invalid_request", field, message);
}

Json body_of(const Call& call) {
  const auto body = call.body.empty() ? Json::object() : parse_json(call.body);
  if (!body || !body->is_object()) refuse("body", "expected a JSON object");
  return *body;
}

Json body_of(const Call& call, const std::vector<std::string>& known) {
  Json body = body_of(call);
  for (const auto& member : body.items()) {
    // A misspelt member would otherwise order something else than was meant.
    if (std::find(known.begin(), known.end(), member.key()) == known.end()) {
      refuse(shown(member.key()), "unknown member");
    }
  }
  return body;
}

/// Which calls a fault is ordered for.
Route route_of(Api api, const std::string& name) {
  if (name == "send") return Route::Send;
  if (api == Api::Nomos && name == "token") return Route::Token;
  if (api == Api::Nomos && name == "customer") return Route::Customer;
  refuse("route", "expected send, or for nomos token or customer");
}

std::string text_of(const Json& body, const char* name, const char* fallback) {
  if (!body.contains(name)) return fallback;
  const auto text = string_member(body, name);
  if (!text) refuse(name, "expected a string");
  return *text;
}

Answer document_answer(int status, const Json& document) {
  Answer answer;
  answer.status = status;
  answer.body = document.dump(2) + "\n";
  return answer;
}

/// Takes the member as the new value when it is there.
void replace(const Json& body, const char* name, std::string& value) {
  value = text_of(body, name, value.c_str());
}

}  // namespace

Answer ControlApi::answer(const Call& call) try {
  int status = 200;
  const Json document = routed(call, status);
  return document_answer(status, document);
} catch (const InputError& e) {
  Json errors = Json::array();
  for (const FieldError& error : e.errors())
    errors.push_back({{"field", error.field}, {"message", error.message}});
  return document_answer(400, {{"error", {{"code", e.code()}, {"message", e.what()}, {"errors", errors}}}});
}

Json ControlApi::routed(const Call& call, int& status) {
  const std::string what = call.method + " " + call.path;
  if (what == "GET /control/calls") return state_.journal.shown(call.params.contains("brief"));
  if (what == "GET /control/customers") return state_.customers.shown();
  if (what == "POST /control/customers") return set_emails(body_of(call));
  if (what == "GET /control/fault") return {{"faults", state_.faults.shown()}, {"hanging", waits_.holding()}};
  if (what == "GET /portal/open") return open_link(std::string(call.param("token_hash")), status);
  if (what == "POST /control/open") {
    return open_link(token_hash_in(text_of(body_of(call, {"link"}), "link", "")), status);
  }
  if (what == "POST /control/fault")
    return order_fault(body_of(call, {"provider", "fault", "count", "route"}));
  if (what == "DELETE /control/fault") {
    state_.faults.clear();
    return Json::object();
  }
  if (what == "POST /control/release") return {{"released", waits_.release()}};
  if (what == "POST /control/limits") return set_limits(body_of(call, {"mayar", "nomos"}));
  if (what == "POST /control/credentials") {
    return set_credentials(
        body_of(call, {"mayarKey", "nomosClient", "nomosSecret", "nomosToken", "revokeTokens"}));
  }
  if (what == "POST /control/reset") return reset();
  status = 404;
  return {
      {"error", {{"code", "not_found"}, {"message", "no such control call; docs/sandbox.md lists them"}}}};
}

Json ControlApi::order_fault(const Json& body) {
  const std::string provider = text_of(body, "provider", "");
  if (provider != "mayar" && provider != "nomos") refuse("provider", "expected mayar or nomos");
  const Api api = provider == "mayar" ? Api::Mayar : Api::Nomos;
  const Route route = route_of(api, text_of(body, "route", "send"));
  const auto fault = fault_named(api, route, text_of(body, "fault", ""));
  if (!fault) refuse("fault", "not a fault that these calls have; docs/sandbox.md lists them");
  const Json count = body.value("count", Json(1));
  if (!count.is_number_integer() || count < -1 || count > 1'000'000) {
    refuse("count", "expected -1 (for ever) or at most 1000000");
  }
  state_.faults.order(api, route, *fault, count.get<int>());
  return {{"faults", state_.faults.shown()}};
}

Json ControlApi::set_emails(const Json& body) {
  for (const auto& [id, email] : body.items()) {
    if (!looks_like_customer_id(id)) refuse(shown(id), "expected a customer id as the member's name");
    if (!email.is_string() && !email.is_null()) refuse(id, "expected a string, or null for the usual email");
  }
  for (const auto& [id, email] : body.items()) {
    state_.customers.set_email(id, email.is_null() ? std::nullopt : std::optional(email.get<std::string>()));
  }
  return state_.customers.shown();
}

Json ControlApi::set_limits(const Json& body) {
  std::vector<std::pair<RateLimiter*, Limit>> wanted;
  for (const char* provider : {"mayar", "nomos"}) {
    if (!body.contains(provider)) continue;
    const auto limit = parse_limit(text_of(body, provider, ""));
    if (!limit) refuse(provider, "expected something like \"20/min\", \"10/s\", \"600/h\" or \"off\"");
    wanted.emplace_back(provider[0] == 'm' ? &state_.mayar_limiter : &state_.nomos_limiter, *limit);
  }
  for (const auto& [limiter, limit] : wanted) limiter->set(limit);
  return body;
}

Json ControlApi::set_credentials(const Json& body) {
  Keys keys = state_.credentials.keys();
  replace(body, "mayarKey", keys.mayar_key);
  replace(body, "nomosClient", keys.nomos_client);
  replace(body, "nomosSecret", keys.nomos_secret);
  replace(body, "nomosToken", keys.nomos_token);
  const Json revoke = body.value("revokeTokens", Json(false));
  if (!revoke.is_boolean()) refuse("revokeTokens", "expected true or false");
  if (revoke.get<bool>()) {
    state_.credentials.revoke_tokens();
    if (!body.contains("nomosToken")) keys.nomos_token.clear();
  }
  state_.credentials.set_keys(keys);
  return Json::object();
}

Json ControlApi::open_link(const std::string& token_hash, int& status) {
  const Opening opening = state_.links.open(token_hash, state_.clock.now().wall);
  if (opening.opened) return {{"opened", true}, {"customerId", opening.customer}};
  status = opening.reason == "unknown" ? 404 : 410;
  return {{"opened", false}, {"reason", opening.reason}};
}

Json ControlApi::reset() {
  state_.faults.reset();
  waits_.release();
  state_.journal.reset();
  state_.links.reset();
  state_.customers.reset();
  state_.mayar_limiter.set(state_.setup.mayar_limit);
  state_.nomos_limiter.set(state_.setup.nomos_limit);
  state_.credentials.set_keys(state_.setup.keys);
  return Json::object();
}

}  // namespace latchkey::sandbox

#include "sandbox/arrival.h"

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "sandbox/customers.h"

namespace latchkey::sandbox {
namespace {

Route route_of_mayar(const Call& call) {
  if (call.path == "/hl/v2/customers/portal-login" && call.method == "POST") return Route::Send;
  if (call.path == "/hl/v2/customers/detail" && call.method == "GET") return Route::Customer;
  return Route::Other;
}

Route route_of_nomos(const Call& call) {
  if (call.path == "/admin/magic_link" && call.method == "POST") return Route::Send;
  if (call.path == "/oauth/token" && call.method == "POST") return Route::Token;
  if (call.path.starts_with("/customers/") && call.method == "GET") return Route::Customer;
  if (call.path == "/health" && call.method == "GET") return Route::Health;
  return Route::Other;
}

}  // namespace

const char* name_of(Api api) {
  return api == Api::Mayar ? "mayar" : "nomos";
}

const char* name_of(Route route) {
  switch (route) {
    case Route::Send:
      return "send";
    case Route::Token:
      return "token";
    case Route::Customer:
      return "customer";
    case Route::Health:
      return "health";
    case Route::Other:
      return "other";
  }
  LATCHKEY_CHECK(false);
}

std::optional<Arrival> arrival_of(const Call& call) {
  if (call.path.starts_with("/control/") || call.path == "/portal/open") return std::nullopt;
  Arrival arrival;
  arrival.api = call.path.starts_with("/hl/") ? Api::Mayar : Api::Nomos;
  arrival.route = arrival.api == Api::Mayar ? route_of_mayar(call) : route_of_nomos(call);
  arrival.request_id = shown(call.header("x-request-id"), 64);
  if (arrival.route == Route::Customer && arrival.api == Api::Nomos) {
    const std::string id = call.path.substr(std::string_view("/customers/").size());
    if (looks_like_customer_id(id)) arrival.recipient = id;
  }
  if (arrival.route != Route::Send) return arrival;
  if (const auto body = parse_json(call.body)) {
    const auto named = string_member(*body, arrival.api == Api::Mayar ? "email" : "customerId");
    if (named) arrival.recipient = recipient_key(*named);
  }
  return arrival;
}

std::string recipient_key(const std::string& recipient) {
  return recipient.starts_with("cus_") ? recipient : to_lower(recipient);
}

}  // namespace latchkey::sandbox

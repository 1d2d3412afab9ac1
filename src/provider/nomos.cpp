#include "provider/nomos.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "job/recipient.h"
#include "provider/answer.h"
#include "provider/link_check.h"
#include "provider/request.h"

namespace latchkey::provider {

using job::Code;
using job::Outcome;

namespace {

Result without_token(const TokenFailure& failure) {
  Result result;
  conclude(result, failure.outcome, failure.code);
  result.wait = failure.wait;
  result.pause = failure.pause;
  return result;
}

/// The form in which addresses are compared; nullopt for what a link cannot be mailed to.
std::optional<std::string> comparable(const std::string& address) {
  try {
    return job::parse_recipient(job::Provider::Mayar, address).normalised;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

bool is_same_address(const std::string& one, const std::string& other) {
  const std::optional<std::string> form = comparable(one);
  return form && form == comparable(other);
}

Check token_check(const TokenFailure& failure) {
  std::string text = "Nomos gives no access token (" + std::string(job::name(failure.code)) + "): ";
  return {false, text.append(job::meaning(failure.code))};
}

}  // namespace

Nomos::Nomos(ProviderConfig config, Clock& clock)
    : config_(std::move(config)), clock_(clock), token_(config_, clock) {
  require_safe_base_url(config_.base_url, "providers.nomos.base_url");
  if (unprintable_part(config_.api_version)) {
    throw InputError("invalid_request", "providers.nomos.api_version",
                     "expected a version like 2026-01-29.edison");
  }
}

Result Nomos::call(const Call& call, HttpClient& http) {
  const Millis deadline = clock_.now().boot + config_.timeout;
  const Token token = token_.obtain(http, call.still_fresh, deadline);
  if (token.failure) return without_token(*token.failure);
  Millis left = deadline - clock_.now().boot;
  if (left <= Millis(0)) return without_token({});
  if (!call.expect_email) return mint(call, token, left, http);

  Result looked_up = look_up(call, token, left, http);
  if (looked_up.outcome != Outcome::Accepted) return looked_up;
  left = deadline - clock_.now().boot;
  if (left <= Millis(0)) {
    conclude(looked_up, Outcome::NotSent, Code::Timeout);
    looked_up.http = 0;  // it was the clock that decided
    return looked_up;
  }
  Result minted = mint(call, token, left, http);
  minted.took += looked_up.took;
  minted.wait = std::max(minted.wait, looked_up.wait);
  return minted;
}

HttpRequest Nomos::request_of(const Call& call, const Token& token, const std::string& method,
                              const std::string& path, Millis most) const {
  HttpRequest request = base_request(config_, method, path);
  limit_time(request, most);
  request.headers.emplace_back("X-Request-Id", call.request_id);
  if (!config_.api_version.empty()) request.headers.emplace_back("X-API-Version", config_.api_version);
  request.authorization = token.authorization.copy();
  request.may_write = call.still_fresh;
  return request;
}

Result Nomos::look_up(const Call& call, const Token& token, Millis left, HttpClient& http) {
  // Half of the time stays for the mint: one that is cut short may have minted, this has no effect. An id of
  // a job needs no encoding, by the characters that it may have (job/recipient.h).
  HttpAnswer answer = http.send(request_of(call, token, "GET", "/customers/" + call.address, left / 2));
  Result result = result_of(answer, call, token);
  conclude_customer(result, answer, call);
  // Looking changes nothing: whatever is not known about its answer, nothing was minted.
  if (result.outcome == Outcome::Unknown) result.outcome = Outcome::NotSent;
  if (result.code == Code::Unauthorized) token_.drop(token.number);
  return result;
}

Result Nomos::mint(const Call& call, const Token& token, Millis left, HttpClient& http) {
  HttpRequest request = request_of(call, token, "POST", "/admin/magic_link", left);
  set_json_body(request, Json{{"customerId", call.address}}.dump());
  HttpAnswer answer = http.send(request);
  Result result = result_of(answer, call, token);
  conclude_link(result, answer);
  if (result.code == Code::Unauthorized) token_.drop(token.number);
  return result;
}

Result Nomos::result_of(const HttpAnswer& answer, const Call& call, const Token& token) const {
  Result result = begin_result(answer, call.request_id, clock_.now().wall);
  result.credential = token.number;
  return result;
}

void Nomos::conclude_customer(Result& result, HttpAnswer& answer, const Call& call) const {
  if (answer.failure) return conclude_failure(result, answer);
  const Body body(answer);
  const Json* object = body.object();
  const NomosError error(object);
  if (error.request_id()) result.provider_request_id = error.request_id();
  const std::string* id = object ? text_member(*object, "id") : nullptr;
  // What does not say that it is this customer says nothing about the address either.
  if (!is_success(answer.status) || !id || *id != call.address)
    return conclude_error(result, answer.status, error);
  const std::string* email = text_member(*object, "email");
  if (!email || !is_same_address(*email, *call.expect_email))
    return conclude(result, Outcome::Rejected, Code::AddressMismatch);
  result.outcome = Outcome::Accepted;
}

void Nomos::conclude_link(Result& result, HttpAnswer& answer) const {
  if (answer.failure) return conclude_failure(result, answer);
  const Body body(answer);
  const Json* object = body.object();
  const NomosError error(object);
  if (error.request_id()) result.provider_request_id = error.request_id();
  const std::string* link = object ? text_member(*object, "link") : nullptr;
  if (!is_success(answer.status) || !link) return conclude_error(result, answer.status, error);
  if (!link_passes(*link, config_.link_hosts)) return conclude(result, Outcome::Rejected, Code::LinkRejected);
  result.outcome = Outcome::Accepted;
  result.link = Secret(*link);
}

void Nomos::conclude_error(Result& result, int http, const NomosError& error) const {
  const StatusMeaning meaning{Code::CustomerNotFound, error.wait(), token_.fixed()};
  conclude_status(result, worse_status(http, error.status()), error.known(), meaning);
}

Check Nomos::check(HttpClient& http) {
  const AccessToken::Obtained token = token_.obtain(http, nullptr, clock_.now().boot + config_.timeout);
  if (token.failure) return token_check(*token.failure);
  const HttpAnswer answer = http.send(base_request(config_, "GET", "/health"));
  if (answer.failure) return {false, no_answer_text(answer)};
  if (!is_success(answer.status))
    return {false, "Nomos answers HTTP " + std::to_string(answer.status) + " to /health."};
  if (token_.fixed()) return {true, "Nomos answers; a fixed access token is tested only by the first mint."};
  return {true, "Nomos answers and accepts the client credentials."};
}

}  // namespace latchkey::provider

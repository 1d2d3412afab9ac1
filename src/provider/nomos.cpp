#include "provider/nomos.h"

#include "base/error.h"
#include "base/text.h"
#include "provider/answer.h"
#include "provider/link_check.h"
#include "provider/nomos_error.h"
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
  AccessToken::Obtained token = token_.obtain(http, call.still_fresh, deadline);
  if (token.failure) return without_token(*token.failure);
  const Millis left = deadline - clock_.now().boot;
  if (left <= Millis(0)) return without_token({});

  HttpRequest request = base_request(config_, "POST", "/admin/magic_link");
  limit_time(request, left);
  request.headers.emplace_back("X-Request-Id", call.request_id);
  if (!config_.api_version.empty()) request.headers.emplace_back("X-API-Version", config_.api_version);
  set_json_body(request, Json{{"customerId", call.address}}.dump());
  request.authorization = std::move(token.authorization);
  request.may_write = call.still_fresh;

  HttpAnswer answer = http.send(request);
  Result result = begin_result(answer, call.request_id, clock_.now().wall);
  result.credential = token.number;
  conclude_answer(result, answer);
  if (result.code == Code::Unauthorized) token_.drop(token.number);
  return result;
}

void Nomos::conclude_answer(Result& result, HttpAnswer& answer) const {
  if (answer.failure) return conclude_failure(result, answer);
  const Body body(answer);
  const Json* object = body.object();
  const NomosError error(object);
  if (error.request_id()) result.provider_request_id = error.request_id();
  const std::string* link = object ? text_member(*object, "link") : nullptr;
  if (is_success(answer.status) && link) {
    if (!link_passes(*link, config_.link_hosts))
      return conclude(result, Outcome::Rejected, Code::LinkRejected);
    result.outcome = Outcome::Accepted;
    result.link = Secret(*link);
    return;
  }
  const StatusMeaning meaning{Code::CustomerNotFound, error.wait(), token_.fixed()};
  conclude_status(result, worse_status(answer.status, error.status()), error.known(), meaning);
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

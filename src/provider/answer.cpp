#include "provider/answer.h"

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "base/retry_after.h"
#include "base/text.h"

namespace latchkey::provider {

using job::Code;
using job::Outcome;

namespace {

void wipe_strings(Json& value) {
  if (value.is_string()) {
    wipe(value.get_ref<std::string&>());
  } else if (value.is_structured()) {
    for (Json& member : value) wipe_strings(member);
  }
}

Code code_of(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::Dns:
      return Code::Dns;
    case HttpFailure::Connect:
    case HttpFailure::NotPublic:
      return Code::Connect;
    case HttpFailure::Tls:
      return Code::Tls;
    case HttpFailure::Refused:
      return Code::ExpiredBeforeSend;
    case HttpFailure::Aborted:
      return Code::Shutdown;
    case HttpFailure::Timeout:
      return Code::Timeout;
    case HttpFailure::Reset:
      return Code::Reset;
    case HttpFailure::BadAnswer:
      return Code::BadAnswer;
  }
  LATCHKEY_CHECK(!"a failure that is none");
}

}  // namespace

Body::Body(HttpAnswer& answer) : json_(parse_json(answer.body)) {
  wipe(answer.body);
}

Body::~Body() {
  if (json_) wipe_strings(*json_);
}

const std::string* text_member(const Json& object, const char* key) {
  const auto member = object.find(key);
  return member == object.end() ? nullptr : member->get_ptr<const std::string*>();
}

std::optional<Millis> wait_asked(const HttpAnswer& answer, TimePoint now) {
  std::optional<Millis> wait = retry_after(answer, now);
  if (whole_number(answer.header("ratelimit-remaining").value_or("")) == 0) {
    // An absent value is less than any other.
    wait = std::max(wait, seconds_header(answer, "ratelimit-reset"));
  }
  if (wait) wait = std::min(*wait, kWaitMax);
  return wait;
}

Result begin_result(const HttpAnswer& answer, const std::string& request_id, TimePoint now) {
  Result result;
  result.http = answer.status;
  result.took = answer.took;
  result.wait = wait_asked(answer, now);
  const std::optional<std::string> id = answer.header("x-request-id");
  if (id && is_id(*id) && *id != request_id && !telling_part(*id)) result.provider_request_id = id;
  return result;
}

void conclude(Result& result, Outcome outcome, Code code) {
  result.outcome = outcome;
  result.code = code;
}

void conclude_failure(Result& result, const HttpAnswer& answer) {
  conclude(result, answer.written ? Outcome::Unknown : Outcome::NotSent, code_of(*answer.failure));
}

void conclude_status(Result& result, int status, bool own_body, const StatusMeaning& meaning) {
  switch (status) {
    case 400:
    case 405:
    case 422:
      return conclude(result, Outcome::Rejected, Code::InvalidRequest);
    case 401:
      result.pause = meaning.pause_on_401;
      return conclude(result, Outcome::Rejected, Code::Unauthorized);
    case 402:
      result.pause = true;
      return conclude(result, Outcome::Rejected, Code::PaymentRequired);
    case 403:
      result.pause = true;
      return conclude(result, Outcome::Rejected, Code::Forbidden);
    case 404:
      return conclude(result, Outcome::Rejected, meaning.not_found);
    case 409:
      return conclude(result, Outcome::Rejected, Code::Conflict);
    case 429:
      result.wait = throttle_wait(result.wait, meaning.throttle_wait);
      return conclude(result, Outcome::Throttled, Code::RateLimited);
    default:
      break;
  }
  if (own_body && status >= 500 && status < 600)
    return conclude(result, Outcome::Rejected, Code::ProviderError);
  if (own_body && status >= 400 && status < 500)
    return conclude(result, Outcome::Rejected, Code::InvalidRequest);
  // A redirect, a proxy's page, an unreadable success: nothing here says that the request was not carried
  // out.
  conclude(result, Outcome::Unknown, Code::BadAnswer);
}

Millis throttle_wait(std::optional<Millis> asked, Millis otherwise) {
  return std::max(asked.value_or(otherwise), Millis(1000));
}

std::string no_answer_text(const HttpAnswer& answer) {
  const Code code = code_of(*answer.failure);
  return "No answer (" + std::string(job::name(code)) + "): " + std::string(job::meaning(code));
}

int worse_status(int http, std::optional<int> in_body) {
  if (!in_body || http < 200 || (http >= 300 && http < 400)) return http;
  return std::max(http, *in_body);
}

}  // namespace latchkey::provider

#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/http_client.h"
#include "base/json.h"
#include "provider/provider.h"

namespace latchkey::provider {

/// The JSON body of an answer. It is moved out of the answer, and every string in it is overwritten when this
/// goes: a body may hold a link or a token.
class Body {
 public:
  explicit Body(HttpAnswer& answer);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  /// The JSON object that the body is; nullptr when it is anything else.
  const Json* object() const { return json_ && json_->is_object() ? &*json_ : nullptr; }

 private:
  std::optional<Json> json_;
};

/// The member as a string in its place, so that no copy of a secret is made; nullptr when it is something
/// else.
const std::string* text_member(const Json& object, const char* key);

/// The longest wait that a provider can ask for; more is cut to it.
inline constexpr Millis kWaitMax = std::chrono::hours(1);

/// How long the headers ask us to stay away: Retry-After (seconds or an HTTP date), or ratelimit-reset when
/// ratelimit-remaining is 0; the longer of the two.
std::optional<Millis> wait_asked(const HttpAnswer& answer, TimePoint now);

/// A Result with what holds for every answer: status, time, wait, and the provider's id for the request
/// (X-Request-Id, unless it only repeats ours). Outcome and code are still to be found.
Result begin_result(const HttpAnswer& answer, const std::string& request_id, TimePoint now);

/// Sets what a Result comes to.
void conclude(Result& result, job::Outcome outcome, job::Code code);

/// Concludes an attempt without a complete answer: not_sent while no byte was written, else unknown.
void conclude_failure(Result& result, const HttpAnswer& answer);

/// How long a 429 closes the gate: what was asked for, else `otherwise`; at least a second, so that
/// "Retry-After: 0" makes no busy loop.
Millis throttle_wait(std::optional<Millis> asked, Millis otherwise);

/// For `provider check`: one sentence on why there was no answer.
std::string no_answer_text(const HttpAnswer& answer);

/// Where the two providers' meanings of a status differ.
struct StatusMeaning {
  job::Code not_found;   ///< 404
  Millis throttle_wait;  ///< for a 429 that does not say how long
  bool pause_on_401 = false;
};

/// Concludes an attempt that was answered with anything but a success, by the table in docs/providers.md.
/// `own_body`: the body is the provider's own error and not some proxy's page.
void conclude_status(Result& result, int status, bool own_body, const StatusMeaning& meaning);

/// The worse of the HTTP status and the one in the body. Redirects and what is no final status stay what they
/// are.
int worse_status(int http, std::optional<int> in_body);

/// 2xx.
inline bool is_success(int status) {
  return status >= 200 && status < 300;
}

}  // namespace latchkey::provider

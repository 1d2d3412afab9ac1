#include "provider/nomos_error.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ids.h"
#include "base/text.h"
#include "provider/answer.h"

namespace latchkey::provider {

NomosError::NomosError(const Json* body) {
  if (!body) return;
  const auto nested = body->find("error");
  const Json& error = nested != body->end() && nested->is_object() ? *nested : *body;
  code_ = string_member(error, "code");
  message_ = string_member(error, "message");
  request_id_ = string_member(error, "requestId");
}

std::optional<int> NomosError::status() const {
  static constexpr std::array<std::pair<std::string_view, int>, 10> kStatuses{{
      {"BAD_REQUEST", 400},
      {"UNAUTHORIZED", 401},
      {"PAYMENT_REQUIRED", 402},
      {"FORBIDDEN", 403},
      {"NOT_FOUND", 404},
      {"METHOD_NOT_ALLOWED", 405},
      {"CONFLICT", 409},
      {"UNPROCESSABLE_ENTITY", 422},
      {"TOO_MANY_REQUESTS", 429},
      {"INTERNAL_SERVER_ERROR", 500},
  }};
  if (!known()) return std::nullopt;
  const auto* found =
      std::find_if(kStatuses.begin(), kStatuses.end(), [&](const auto& row) { return row.first == *code_; });
  if (found == kStatuses.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> NomosError::request_id() const {
  if (request_id_ && is_id(*request_id_)) return request_id_;
  return std::nullopt;
}

Millis NomosError::wait() const {
  constexpr std::string_view kBefore = "Wait ";
  constexpr std::string_view kAfter = " second";
  const std::string_view message = message_ ? std::string_view(*message_) : std::string_view();
  const std::size_t from = message.find(kBefore);
  if (from != std::string_view::npos) {
    const std::string_view rest = message.substr(from + kBefore.size());
    const std::size_t until = rest.find(kAfter);
    const std::optional<int> seconds =
        until == std::string_view::npos ? std::nullopt : whole_number(rest.substr(0, until));
    if (seconds) return std::min<Millis>(std::chrono::seconds(*seconds), kWaitMax);
  }
  return std::chrono::seconds(30);
}

}  // namespace latchkey::provider

#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/json.h"

namespace latchkey::provider {

/// An error as Nomos writes it: `code`, `message` and `requestId`, flat or, on older pages, nested under
/// `error`.
class NomosError {
 public:
  /// `body` may be null: then nothing is known.
  explicit NomosError(const Json* body);

  /// Whether the body is Nomos's own error and not some proxy's.
  bool known() const { return code_ && message_; }
  /// The status that `code` stands for, where it is one of the documented ones.
  std::optional<int> status() const;
  /// The requestId, only when it is an id by charset.
  std::optional<std::string> request_id() const;
  /// How long a throttled caller stays away when no header says so: the seconds in "Wait 30 seconds before
  /// retrying.", else the 30 s that we keep by default.
  Millis wait() const;

 private:
  std::optional<std::string> code_;
  std::optional<std::string> message_;
  std::optional<std::string> request_id_;
};

}  // namespace latchkey::provider

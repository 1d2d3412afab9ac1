#pragma once

#include <mutex>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace latchkey::sandbox {

/// So many calls in a window of that length.
struct Limit {
  int calls = 0;
  Millis window{0};
};

/// "20/min", "10/s", "600/h"; "off" is a limit without calls. nullopt for anything else.
std::optional<Limit> parse_limit(std::string_view text);

/// What the provider's limiter says of one call.
struct Verdict {
  bool admitted = true;
  bool limited = false;  ///< a limit is in force, and the other fields mean something
  int limit = 0;
  int remaining = 0;
  int reset_s = 0;  ///< seconds until the window ends, rounded up
};

/// A fixed window that begins with its first call, as the public APIs have it. Refused calls do not count. A
/// call in the last fiftieth of a window counts for the next one: a caller that keeps exactly to the rate
/// comes a few milliseconds early now and then, and that is the network's doing. Thread-safe.
class RateLimiter {
 public:
  explicit RateLimiter(Limit limit) : limit_(limit) {}
  /// Begins a new window.
  void set(Limit limit);
  Verdict admit(Instant now);

 private:
  std::mutex mutex_;
  Limit limit_;
  std::optional<Millis> began_;
  int used_ = 0;
};

}  // namespace latchkey::sandbox

#include "sandbox/limits.h"

#include <algorithm>
#include <charconv>

namespace latchkey::sandbox {

std::optional<Limit> parse_limit(std::string_view text) {
  if (text == "off") return Limit{};
  Limit limit;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit.calls);
  if (error != std::errc() || limit.calls <= 0) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit == "/s") {
    limit.window = std::chrono::seconds(1);
  } else if (unit == "/min") {
    limit.window = std::chrono::minutes(1);
  } else if (unit == "/h") {
    limit.window = std::chrono::hours(1);
  } else {
    return std::nullopt;
  }
  return limit;
}

void RateLimiter::set(Limit limit) {
  const std::lock_guard lock(mutex_);
  limit_ = limit;
  began_.reset();
}

Verdict RateLimiter::admit(Instant now) {
  const std::lock_guard lock(mutex_);
  Verdict verdict;
  if (limit_.calls == 0) return verdict;
  if (!began_ || now.boot - *began_ >= limit_.window - limit_.window / 50) {
    began_ = now.boot;
    used_ = 0;
  }
  verdict.limited = true;
  verdict.admitted = used_ < limit_.calls;
  if (verdict.admitted) ++used_;
  verdict.limit = limit_.calls;
  verdict.remaining = limit_.calls - used_;
  const Millis left = std::max(limit_.window - (now.boot - *began_), Millis(1));
  verdict.reset_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(left).count());
  return verdict;
}

}  // namespace latchkey::sandbox

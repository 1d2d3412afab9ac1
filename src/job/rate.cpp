#include "job/rate.h"

#include <charconv>

namespace latchkey::job {
namespace {

std::optional<Micros> period_named(std::string_view unit) {
  if (unit == "s") return std::chrono::seconds(1);
  if (unit == "min") return std::chrono::minutes(1);
  if (unit == "h") return std::chrono::hours(1);
  return std::nullopt;
}

}  // namespace

std::optional<Rate> parse_rate(std::string_view text) {
  if (text == "unlimited") return Rate{};
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto period = period_named(text.substr(slash + 1));
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, count);
  if (!period || error != std::errc() || end != text.data() + slash || count < 1) return std::nullopt;
  if (count > period->count()) return std::nullopt;  // more than one in a microsecond
  const Micros interval((period->count() + count - 1) / count);
  return Rate{interval, 1, std::string(text)};
}

}  // namespace latchkey::job

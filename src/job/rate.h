#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::job {

using Micros = std::chrono::microseconds;

/// How many calls a provider admits: at most one every `interval`, after a burst. interval 0: unlimited.
struct Rate {
  Micros interval{0};
  int burst = 1;
  std::string text = "unlimited";  ///< as it was written

  bool unlimited() const { return interval.count() == 0; }
};

/// "20/min", "10/s", "600/h", "unlimited". nullopt for anything else, zero, or more than 1,000,000 a second.
/// The interval is rounded up, so that no window holds more than the rate says.
std::optional<Rate> parse_rate(std::string_view text);

}  // namespace latchkey::job

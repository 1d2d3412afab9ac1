#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace latchkey {

/// How long something took, counted in buckets whose bounds suit disks and turns: from a tenth of a
/// millisecond to ten seconds.
class Histogram {
 public:
  /// Upper bounds in seconds, inclusive; what is longer is counted last.
  static constexpr std::array kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   10.0};

  void add(std::chrono::nanoseconds took) {
    const double seconds = std::chrono::duration<double>(took).count();
    std::size_t at = 0;
    while (at < kBounds.size() && seconds > kBounds[at]) ++at;
    ++counts_[at];
    sum_ += seconds;
  }
  /// How many are in each bucket, not cumulated.
  const std::array<std::uint64_t, kBounds.size() + 1>& counts() const { return counts_; }
  double sum() const { return sum_; }

 private:
  std::array<std::uint64_t, kBounds.size() + 1> counts_{};
  double sum_ = 0;
};

}  // namespace latchkey

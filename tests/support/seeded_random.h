#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/random.h"

namespace latchkey {

/// The same bytes for the same seed and the same calls, on every machine. The test prints its seed.
/// Thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::string bytes(std::size_t count) override {
    std::lock_guard lock(mutex_);
    std::string out(count, '\0');
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i, word >>= 8) {
      if (i % sizeof word == 0) word = next();
      out[i] = static_cast<char>(word & 0xFF);
    }
    return out;
  }

 private:
  /// SplitMix64 (Steele, Lea and Flood, 2014): every seed is a good one, zero too.
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  std::mutex mutex_;
  std::uint64_t state_;  // protected by mutex_
};

}  // namespace latchkey

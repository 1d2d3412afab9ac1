#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace latchkey {

/// The only source of randomness. The system's is fit for keys; a test's is seeded.
class Random {
 public:
  virtual ~Random() = default;
  /// `count` bytes. Thread-safe.
  virtual std::string bytes(std::size_t count) = 0;
  /// Uniform in [0, bound), bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

/// getrandom(2). Throws Error when the kernel has none.
class SystemRandom final : public Random {
 public:
  std::string bytes(std::size_t count) override;
};

}  // namespace latchkey

#pragma once

#include <mutex>
#include <random>
#include <string>

#include "base/random.h"

namespace latchkey::sandbox {

/// Repeatable randomness: the same seed gives the same tokens and links in the same order. Not fit for keys.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::string bytes(std::size_t count) override;

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace latchkey::sandbox

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace latchkey {

/// SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): for tables and sums over millions of short texts
/// that somebody else has chosen. Whoever does not know the key finds no two texts with one hash. Within one
/// run only: the hashes of another object are others. A tenth of the time of SHA-256.
class KeyedHash {
 public:
  using Value = std::array<std::uint64_t, 2>;

  explicit KeyedHash(Random& random);
  explicit KeyedHash(const Value& key) : key_(key) {}

  Value of(std::string_view text) const;
  /// Of the pair of both.
  Value of(std::uint64_t number, std::string_view text) const;

 private:
  Value key_;
};

}  // namespace latchkey

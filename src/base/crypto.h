#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"

namespace latchkey {

/// The 32 bytes of SHA-256.
std::string sha256(std::string_view bytes);
/// The same, of some pieces one after the other, without allocating.
using Digest = std::array<char, 32>;
Digest sha256_of(std::initializer_list<std::string_view> pieces);
inline std::string_view bytes_of(const Digest& digest) {
  return {digest.data(), digest.size()};
}
/// The 32 bytes of HMAC-SHA256 (RFC 2104). A copy of the key stays in the calling thread's context until its
/// next call (clearing it at once would nearly double the time).
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Compares in time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

/// SHA-256 of a stream, fed in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  /// The 32 bytes; the object must not be used afterwards.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Ed25519 (RFC 8032): the 32-byte public key of a 32-byte seed.
std::string ed25519_public_key(const Secret& seed);
/// The 64-byte signature of `message`.
std::string ed25519_sign(const Secret& seed, std::string_view message);
/// False for anything but a good signature, keys and signatures of a wrong length included.
bool ed25519_verify(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace latchkey

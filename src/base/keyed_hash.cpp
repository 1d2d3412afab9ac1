#include "base/keyed_hash.h"

#include <bit>
#include <cstring>

namespace latchkey {
namespace {

// The names of the paper.
struct SipState {
  std::uint64_t v0, v1, v2, v3;

  explicit SipState(const KeyedHash::Value& key)
      : v0(key[0] ^ 0x736f6d6570736575),
        v1(key[1] ^ 0x646f72616e646f6d ^ 0xee),
        v2(key[0] ^ 0x6c7967656e657261),
        v3(key[1] ^ 0x7465646279746573) {}

  void rounds(int count) {
    for (; count > 0; --count) {
      v0 += v1, v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1, v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  std::uint64_t mix() const { return v0 ^ v1 ^ v2 ^ v3; }
};

// Hashes stay within one run, so the machine's own order of bytes will do.
KeyedHash::Value finish_sip(SipState state, std::string_view text, std::size_t size_before) {
  const std::size_t size = size_before + text.size();
  std::uint64_t word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    state.take(word);
  }
  word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  state.take(word | static_cast<std::uint64_t>(size) << 56);
  state.v2 ^= 0xee;
  state.rounds(4);
  const std::uint64_t first = state.mix();
  state.v1 ^= 0xdd;
  state.rounds(4);
  return {first, state.mix()};
}

}  // namespace

KeyedHash::KeyedHash(Random& random) : key_() {
  const std::string bytes = random.bytes(sizeof key_);
  std::memcpy(key_.data(), bytes.data(), sizeof key_);
}

KeyedHash::Value KeyedHash::of(std::string_view text) const {
  return finish_sip(SipState(key_), text, 0);
}

KeyedHash::Value KeyedHash::of(std::uint64_t number, std::string_view text) const {
  SipState state(key_);
  state.take(number);
  return finish_sip(state, text, sizeof number);
}

}  // namespace latchkey

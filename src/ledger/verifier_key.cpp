#include "ledger/verifier_key.h"

#include "base/crypto.h"
#include "base/encoding.h"

namespace latchkey::ledger {
namespace {

constexpr char kEd25519 = '\x01';
constexpr std::size_t kKeySize = 32;

}  // namespace

std::string key_id(const VerifierKey& key) {
  return sha256(key.name + '\n' + kEd25519 + key.public_key).substr(0, 4);
}

std::string verifier_key(std::string_view name, std::string_view public_key) {
  const VerifierKey key{std::string(name), std::string(public_key)};
  return key.name + "+" + to_hex(key_id(key)) + "+" + to_base64(kEd25519 + key.public_key);
}

std::optional<VerifierKey> parse_verifier_key(std::string_view text) {
  // The base64 part may hold a plus, the others may not.
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto typed = from_base64(text.substr(second + 1));
  if (!typed || typed->size() != 1 + kKeySize || typed->front() != kEd25519) return std::nullopt;
  VerifierKey key{std::string(text.substr(0, first)), typed->substr(1)};
  if (key.name.empty() || to_hex(key_id(key)) != text.substr(first + 1, second - first - 1)) {
    return std::nullopt;
  }
  return key;
}

}  // namespace latchkey::ledger

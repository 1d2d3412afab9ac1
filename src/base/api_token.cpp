#include "base/api_token.h"

#include <cstddef>

#include "base/crypto.h"

namespace latchkey {
namespace {

constexpr std::string_view kPrefix = "lk_";
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kIdLength = 8;
constexpr std::size_t kSecretLength = 32;
constexpr std::size_t kChecksumLength = 6;
constexpr std::size_t kSecretAt = kPrefix.size() + kIdLength + 1;
constexpr std::size_t kChecksumAt = kSecretAt + kSecretLength;
constexpr std::size_t kLength = kChecksumAt + kChecksumLength;

void append_random(std::string& text, Random& random, std::string_view alphabet, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) text += alphabet[random.below(alphabet.size())];
}

bool holds_only(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::string checksum(std::string_view before) {
  const std::string digest = sha256(before);
  std::string text;
  for (std::size_t i = 0; i < kChecksumLength; ++i) {
    text += kBase62[static_cast<unsigned char>(digest[i]) % kBase62.size()];
  }
  return text;
}

}  // namespace

ApiToken make_api_token(Random& random) {
  ApiToken token;
  append_random(token.id, random, kBase32, kIdLength);
  std::string text;
  text.reserve(kLength);  // no growth, so that no copy of the secret stays behind in freed memory
  text.append(kPrefix).append(token.id).append("_");
  append_random(text, random, kBase62, kSecretLength);
  text += checksum(text);
  token.text = Secret(text);
  wipe(text);
  return token;
}

std::optional<std::string> api_token_id(std::string_view text) {
  if (text.size() != kLength || !text.starts_with(kPrefix) || text[kSecretAt - 1] != '_') return std::nullopt;
  const std::string_view id = text.substr(kPrefix.size(), kIdLength);
  if (!holds_only(id, kBase32) || !holds_only(text.substr(kSecretAt), kBase62)) return std::nullopt;
  if (!equal_constant_time(text.substr(kChecksumAt), checksum(text.substr(0, kChecksumAt))))
    return std::nullopt;
  return std::string(id);
}

std::string api_token_hash(std::string_view text) {
  return sha256(text);
}

}  // namespace latchkey

#include "base/signing_secret.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace latchkey {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSecretLeast = 24;
constexpr std::size_t kSecretMost = 64;
constexpr std::size_t kNewSecretBytes = 32;
constexpr std::size_t kSecretLineMax = 128;

Secret secret_of_line(std::string_view line, const fs::path& path, const std::string& field) {
  std::optional<std::string> bytes;
  if (line.starts_with(kSecretPrefix)) bytes = from_base64(line.substr(kSecretPrefix.size()));
  if (!bytes || bytes->size() < kSecretLeast || bytes->size() > kSecretMost) {
    if (bytes) wipe(*bytes);
    throw InputError("invalid_request", field,
                     "expected " + path.string() +
                         " to hold secrets of webhooks, one a line: \"whsec_\" and the base64 of 24 to 64 "
                         "bytes");
  }
  Secret secret(*bytes);
  wipe(*bytes);
  return secret;
}

// Whether there is a file with something in it. What is no file at all is for the reading to complain about.
bool holds_something(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return false;
  return !fs::is_regular_file(status) || fs::file_size(path, error) > 0;
}

void add_secret_line(std::string& text, std::string_view bytes) {
  std::string line = to_base64(bytes);
  text.append(kSecretPrefix).append(line).append("\n");
  wipe(line);
}

}  // namespace

std::vector<Secret> read_signing_secrets(const fs::path& path, const std::string& field) {
  if (!holds_something(path)) {
    throw InputError(
        "invalid_request", field,
        path.string() + " is missing or empty; make it with: latchkey key new webhook " + path.string());
  }
  const Secret text = read_secret_file(path, field);
  std::vector<Secret> secrets;
  for (std::string_view rest = text.reveal(); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trim(rest.substr(0, end));
    if (!line.empty()) secrets.push_back(secret_of_line(line, path, field));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (secrets.size() > kSigningSecretsMax) {
      throw InputError("invalid_request", field,
                       path.string() + " holds more than " + std::to_string(kSigningSecretsMax) +
                           " secrets: remove the last lines, which no receiver uses any more");
    }
  }
  return secrets;
}

std::size_t add_signing_secret(const fs::path& path, const std::string& field, Random& random) {
  std::vector<Secret> before;
  if (holds_something(path)) before = read_signing_secrets(path, field);
  if (before.size() == kSigningSecretsMax) {
    throw InputError("conflict", field,
                     path.string() + " is full: remove its last lines, which no receiver uses any more");
  }
  std::string text;
  text.reserve((before.size() + 1) * kSecretLineMax);  // growing would leave pieces of secrets behind
  std::string fresh = random.bytes(kNewSecretBytes);
  add_secret_line(text, fresh);
  wipe(fresh);
  for (const Secret& secret : before) add_secret_line(text, secret.reveal());
  replace_file(path, text, 0600);
  wipe(text);
  return before.size() + 1;
}

}  // namespace latchkey

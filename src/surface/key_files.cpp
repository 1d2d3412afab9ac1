#include "surface/key_files.h"

#include <memory>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kVerifierKeysMax = 64 * 1024;

Secret key_of_hex(std::string_view text, const std::string& field) {
  auto bytes = from_hex(text);
  if (!bytes || bytes->size() != 32) throw InputError("invalid_request", field, "expected 32 bytes in hex");
  Secret key(*bytes);
  wipe(*bytes);
  return key;
}

}  // namespace

Secret read_key(const std::filesystem::path& path, const std::string& field) {
  return key_of_hex(read_secret_file(path, field).reveal(), field);
}

std::vector<Secret> read_fingerprint_keys(const std::filesystem::path& path) {
  const std::string field = "ledger.fingerprint_key_file";
  const Secret text = read_secret_file(path, field);
  std::vector<Secret> keys;
  std::string_view rest = text.reveal();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    keys.push_back(key_of_hex(rest.substr(0, end), field));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return keys;
}

ledger::VerifierKey read_verifier_key(const Config& config) {
  const std::filesystem::path path = config.file.parent_path() / "ledger.vkey";
  const std::string text = read_file(path, kVerifierKeysMax);
  const auto key = ledger::parse_verifier_key(std::string_view(text).substr(0, text.find('\n')));
  if (!key) throw Error(path.string() + " does not begin with a verifier key");
  return *key;
}

std::function<const std::vector<Secret>&()> fingerprint_keys_when_asked(const std::filesystem::path& path) {
  return [path, keys = std::make_shared<std::vector<Secret>>()]() -> const std::vector<Secret>& {
    if (keys->empty()) *keys = read_fingerprint_keys(path);
    return *keys;
  };
}

}  // namespace latchkey::surface

#include "engine/settings_of.h"

#include <memory>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"

namespace latchkey::engine {
namespace {

// A worker keeps its time limit itself; only one that cannot come back is given up.
constexpr Millis kPatience{1000};

std::vector<Secret> read_keys(const std::filesystem::path& path) {
  const Secret text = read_secret_file(path, "ledger.fingerprint_key_file");
  std::vector<Secret> keys;
  std::string_view rest = text.reveal();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    auto bytes = from_hex(line);
    if (!bytes || bytes->size() != 32) {
      throw InputError("invalid_request", "ledger.fingerprint_key_file", "expected 32 bytes in hex a line");
    }
    keys.emplace_back(*bytes);
    wipe(*bytes);
  }
  return keys;
}

// Reads the file at the first call.
auto keys_of(const std::filesystem::path& path) {
  return [path, keys = std::make_shared<std::vector<Secret>>()]() -> const std::vector<Secret>& {
    if (keys->empty()) *keys = read_keys(path);
    return *keys;
  };
}

}  // namespace

Settings settings_of(const Config& config) {
  Settings settings;
  for (const job::Provider id : job::kProviders) {
    const ProviderConfig& from = config.provider(id);
    ProviderSettings& to = settings.of(id);
    to.on = from.on;
    to.rate = from.rate;
    to.link_lifetime = from.link_lifetime;
    to.deadline = from.timeout + kPatience;
    to.retry_unknown_once = from.retry_unknown_once;
  }
  settings.retry = config.retry;
  settings.workers = config.workers;
  settings.fingerprint_keys = keys_of(config.fingerprint_key_file);
  return settings;
}

}  // namespace latchkey::engine

#include "surface/store_session.h"

#include <unistd.h>

#include <cerrno>

#include "base/file_lock.h"
#include "engine/settings_of.h"
#include "store/sqlite_schema.h"
#include "surface/key_files.h"

namespace latchkey::surface {
namespace {

// Looked at before SQLite opens it: closing the file later would drop SQLite's locks.
std::filesystem::path our_database(const Config& config) {
  store::require_our_database(config.database());
  return config.database();
}

}  // namespace

std::string own_actor() {
  return "uid:" + std::to_string(getuid());
}

store::Access possible_access(const GlobalOptions& options) {
  const Config config = load_config(options.config);
  for (const std::filesystem::path& path : {config.database(), config.data_dir}) {
    const bool forbidden = access(path.c_str(), W_OK) != 0 && (errno == EACCES || errno == EROFS);
    if (forbidden) return store::Access::ReadOnly;
  }
  return store::Access::ReadWrite;
}

StoreSession::StoreSession(const GlobalOptions& options, store::Access access)
    : config_(load_config(options.config)),
      settings_(engine::settings_of(config_)),
      actor_(own_actor()),
      store_(our_database(config_), clock_, access) {
  settings_.fingerprint_keys = fingerprint_keys_when_asked(config_.fingerprint_key_file);
}

std::optional<std::string> StoreSession::daemon_api() const {
  const auto content = FileLock::read_content(config_.lock_file());
  if (!content) return std::nullopt;
  // `init` and `migrate` hold the lock for a moment, too, and show no API.
  return content_line(*content, "api");
}

}  // namespace latchkey::surface

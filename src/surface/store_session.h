#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "config.h"
#include "engine/context.h"
#include "engine/settings.h"
#include "store/sqlite_store.h"
#include "surface/global_options.h"

namespace latchkey::surface {

/// "uid:N" of whoever runs this command: what the ledger shows as its actor.
std::string own_actor();

/// How the database can be opened at most: ReadOnly for a copy that cannot be written.
store::Access possible_access(const GlobalOptions& options);

/// Everything a command needs to work with the queue, whether or not the daemon runs.
class StoreSession {
 public:
  /// Reads the configuration and opens its database. Throws InputError for a wrong configuration, Error when
  /// something cannot be opened.
  explicit StoreSession(const GlobalOptions& options, store::Access access = store::Access::ReadWrite);

  const Config& config() const { return config_; }
  const engine::Settings& settings() const { return settings_; }
  const std::string& actor() const { return actor_; }
  store::Store& store() { return store_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  TimePoint now() { return clock_.now().wall; }

  /// "HOST:PORT" of the running daemon's API; nullopt when no daemon runs.
  std::optional<std::string> daemon_api() const;

  /// Runs `work(context)` in a transaction of its own and commits it.
  template <typename Work>
  auto write(Work work) {
    store::Transaction transaction(store_);
    engine::Forecasts forecasts(store_, settings_, transaction.now().wall);
    engine::Context context{store_, random_, settings_, forecasts, transaction.now(), actor_};
    auto result = work(context);
    transaction.commit();
    return result;
  }

 private:
  Config config_;
  engine::Settings settings_;
  std::string actor_;
  SystemClock clock_;
  SystemRandom random_;
  store::SqliteStore store_;
};

}  // namespace latchkey::surface

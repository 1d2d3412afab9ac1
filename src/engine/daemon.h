#pragma once

#include <atomic>
#include <functional>

#include "base/reserve_file.h"
#include "engine/engine.h"
#include "engine/publisher.h"
#include "engine/pulse.h"
#include "engine/workers.h"

namespace latchkey::engine {

/// What signals ask of a running daemon. Set from a signal handler or any thread.
struct Signals {
  std::atomic<int> stop{0};         ///< 1: graceful, 2 or more: now
  std::atomic<bool> reload{false};  ///< read the key files again
};

/// The engine's thread: turns when something comes in, falls due, or was written by another process (seen
/// within 50 ms), and nothing in between. Returns when it has been stopped, all results written. Throws
/// EpochLost, AnchorMismatch, or Error when the database cannot be opened any more; while it merely cannot be
/// written, it waits and tries again. SyncFailed ends it at once.
class Daemon {
 public:
  struct Options {
    Millis shutdown_grace{std::chrono::seconds(30)};
    /// Reads a provider's key files again; returns whether they changed, so that it can be called with them.
    /// Must not throw.
    std::function<bool(job::Provider)> reload_credentials;
    /// Publishes checkpoints; nullptr: nobody does. Must outlive the daemon.
    Publisher* publisher = nullptr;
    /// Disk space for the results in hand when there is none left; nullptr: there is no such reserve. Must
    /// outlive the daemon.
    ReserveFile* reserve = nullptr;
    /// Reads the key of link fingerprints, Parts::fingerprint_key, again; returns whether it changed. Called
    /// on the engine's thread; must not throw.
    std::function<bool()> reload_fingerprint_key = [] { return false; };
    /// Reads what mails and webhooks are signed and sent with again, and logs it. Must not throw.
    std::function<void()> reload_couriers = [] {};
    /// Ends the mails and posts under way, as the workers' calls are ended.
    std::function<void()> abort_couriers = [] {};
    /// Told that the engine's thread is there, and how its turns end; nullptr: nobody is. Must outlive the
    /// daemon.
    Pulse* pulse = nullptr;
  };

  Daemon(Engine& engine, Workers& workers, Inbox& inbox, store::Store& store, Clock& clock, Signals& signals,
         Options options);
  /// Takes the database over and runs until a stop is asked for.
  void run();

 private:
  Wake turn_or_wait();
  void show(Pulse::Trouble trouble);
  bool has_room();
  Wake settle_and_wait();
  Wake try_again();
  void sleep(const Wake& wake);
  bool others_have_written();
  bool publish();
  void reload();
  bool read_credentials_again(job::Provider provider);
  void log_pause(job::Provider provider);
  void log_what_waits();
  void stop();

  Engine& engine_;
  Workers& workers_;
  Inbox& inbox_;
  store::Store& store_;
  Clock& clock_;
  Signals& signals_;
  Options options_;
  bool short_of_room_ = false;
};

}  // namespace latchkey::engine

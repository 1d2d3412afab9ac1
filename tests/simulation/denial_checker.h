#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/entry.h"
#include "simulation/moment.h"

namespace latchkey::test {

/// Counts denied callers beside the daemon: its auth.denied entries must add up to them, except for what a
/// process that died had not written yet, with one entry a token and minute at most.
class DenialChecker {
 public:
  void denied(const std::string& token) { ++of(token).denied; }
  /// auth.denied was written.
  void entry(const ledger::Entry& entry, Millis elapsed);
  /// daemon.stop was written.
  void stopped();
  /// All entries of a transaction have been shown.
  void looked() const;
  /// The daemon has ended; those of a dead one that were not written are lost.
  void process_ended();
  /// Nothing is left to be written.
  void finished() const;

 private:
  struct Count {
    std::int64_t denied = 0;
    std::int64_t written = 0;
    std::optional<Millis> last;  // when the last entry was written, in time that has really passed
  };
  Count& of(const std::string& token) { return counts_[token]; }

  std::map<std::string, Count> counts_;
  bool early_ = false;  // within a minute of the one before, which only a daemon that stops may do
};

}  // namespace latchkey::test

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/facts.h"
#include "ledger/finding.h"

namespace latchkey::ledger {

/// The names that a ledger has had: log.init gives the first one, and a log.init after a restore, which names
/// the old one, each further one (docs/ledger.md, forks).
class Origins {
 public:
  explicit Origins(Findings& findings) : findings_(findings) {}

  /// A log.init.
  void named(const Facts& entry, std::int64_t seq);
  /// A log.restored: what follows the backup's `size` entries is not what followed them before.
  void restored(std::int64_t size) { restored_ = size; }

  struct Reign {
    std::string origin;
    std::int64_t from = 0;  ///< seq of its log.init
    /// How many entries its checkpoints can speak of: as many as came before the next log.init, or as the
    /// backup had that was restored before it. nullopt: it is the ledger's name now.
    std::optional<std::int64_t> to;
  };
  /// When the ledger had this name; nullptr: never.
  const Reign* find(std::string_view origin) const;
  /// The present name; empty before any log.init.
  std::string current() const { return reigns_.empty() ? "" : reigns_.back().origin; }

 private:
  Findings& findings_;
  std::vector<Reign> reigns_;
  std::optional<std::int64_t> restored_;  // since the latest log.init
};

}  // namespace latchkey::ledger

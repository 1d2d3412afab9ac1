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

  struct Reign {
    std::string origin;
    std::int64_t from = 0;           ///< seq of its log.init
    std::optional<std::int64_t> to;  ///< seq of the next log.init; nullopt: it is the ledger's name now
  };
  /// When the ledger had this name; nullptr: never.
  const Reign* find(std::string_view origin) const;
  /// The present name; empty before any log.init.
  std::string current() const { return reigns_.empty() ? "" : reigns_.back().origin; }

 private:
  Findings& findings_;
  std::vector<Reign> reigns_;
};

}  // namespace latchkey::ledger

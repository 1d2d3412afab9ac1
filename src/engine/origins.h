#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace latchkey::engine {

/// A name that the ledger has had, and the entry that gave it.
struct Origin {
  std::string name;
  std::int64_t since = 0;  ///< seq of its log.init
  /// How many entries its checkpoints can speak of: as many as came before the next log.init, or as the
  /// backup had that was restored before it. nullopt: it is in force.
  std::optional<std::int64_t> to;
};

/// The ledger's names, oldest first; the last one is in force. More than one after `audit new-origin`. Throws
/// Error when the ledger does not begin with one.
std::vector<Origin> origins_of(store::Store& store);

}  // namespace latchkey::engine

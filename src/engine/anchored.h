#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "ledger/checkpoint_check.h"

namespace latchkey::engine {

/// What stands in a folder of anchors.
struct AnchoredHistory {
  std::vector<ledger::FoundCheckpoint> checkpoints;  ///< by line of the log, the newest note last
  std::optional<TimePoint> latest;                   ///< when the log was last added to
};

/// Reads a folder of anchors without a lock, as any copy of it can be read. A folder without anchors, or that
/// is not there, gives none. A last line without its end is being written and does not count. Throws Error
/// when a file cannot be read.
AnchoredHistory read_anchored(const std::filesystem::path& folder);

}  // namespace latchkey::engine

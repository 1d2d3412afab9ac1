#pragma once

#include <string>

#include "engine/context.h"

namespace latchkey::engine {

/// What a restored database has lost sight of.
struct Restoration {
  std::int64_t entries = 0;  ///< the backup's
  int unknown = 0;           ///< calls and hand-overs that were under way when it was taken
  int held = 0;              ///< jobs that may have been sent since
  int ended = 0;             ///< jobs that only a caller of then could use
};

/// The database was copied back from a backup, and nobody knows what was done after it was taken: writes
/// log.restored; gives every open intent its result (`unknown`, `restored`); holds every unfinished job whose
/// dueAt has passed, since it may have been sent; ends jobs whose callers are gone. What is due in the future
/// stays queued. In the caller's transaction. Throws InputError for a reason that may not stand in the
/// ledger.
Restoration restore(Context& context, const std::string& reason);

}  // namespace latchkey::engine

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/context.h"
#include "engine/selector.h"

namespace latchkey::engine {

/// What executing a preview has done.
struct Executed {
  BulkAction action = BulkAction::Reprocess;
  std::int64_t jobs = 0;
  std::string batch;  ///< of the new jobs; empty where nothing was reprocessed
  std::optional<TimePoint> first_due;
  std::optional<TimePoint> last_due;
};

/// Does what a preview has shown, in this transaction and once. Jobs that are reprocessed stay what they are:
/// each gets a job.reprocessed, and a new job of another requestId, which is due and expires by the pace of
/// now. Held ones are released or closed, each with its entry. `allowed`: what the preview may be for; empty:
/// anything. Throws InputError and changes nothing: invalid_request (the reason), not_found, wrong_state (it
/// was used, is too old, for something else, or selects too much), conflict (the filter selects something else
/// by now).
Executed execute_preview(Context& context, const std::string& id, const std::string& reason,
                         const std::vector<BulkAction>& allowed = {});

}  // namespace latchkey::engine

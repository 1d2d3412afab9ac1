#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "job/job.h"
#include "surface/table.h"

namespace latchkey::surface {

/// A job as programs read it: always the same members in this order, null where there is nothing to say.
/// `recipient` only when it is to be revealed.
OrderedJson job_json(const job::Job& job, const std::optional<std::string>& recipient = std::nullopt);

/// A state in the colour that says how good it is.
Cell state_cell(job::State state);

/// How the hand-over of a running job's link stands: "waiting" (to be claimed, or for its mail to be sent),
/// "under_way" (a caller is being answered, a mail is being sent); empty when no link is in hand.
std::string_view hand_over_state(const job::Job& job);

/// What became of a job so far, or what will, in one sentence that starts in lower case and has no full stop:
/// "its time ran out before a call".
std::string standing_text(const job::Job& job);

/// The end of the latest attempt, short: "throttled rate_limited", empty before the first; while a link is in
/// hand, how that stands.
std::string last_outcome(const job::Job& job);

/// 0 for a job that may still be done or is; 1 for failed, stale and cancelled: the answer is no.
int exit_code_of(job::State state);

}  // namespace latchkey::surface

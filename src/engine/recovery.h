#pragma once

#include "engine/attempt.h"

namespace latchkey::engine {

/// A daemon takes the database over: a new epoch voids every lease, daemon.start is written, every intent
/// that a dead process left without a result gets `unknown` (`crash`), and jobs that only a caller of that
/// process could use fail. Returns the epoch.
std::int64_t take_over(Context& context, HandOvers& hand_overs);

/// Ends every call and hand-over that is under way, with `code`.
void abandon_running(Context& context, job::Code code, HandOvers& hand_overs);

}  // namespace latchkey::engine

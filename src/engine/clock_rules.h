#pragma once

#include "engine/context.h"

namespace latchkey::engine {

/// By how much the wall clock was set between two readings, as the boot clock shows; 0 for what is mere
/// reading noise (under a quarter of a second).
Millis clock_step(const Instant& before, const Instant& now);

/// The wall clock was set by `step`: clock.jump; what was due already keeps running out by elapsed time, so
/// that nothing stale becomes fresh again; the gates' times move along, so that no window is passed twice or
/// waited for.
void clock_was_set(Context& context, Millis step);

}  // namespace latchkey::engine

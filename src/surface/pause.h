#pragma once

#include "base/clock.h"

namespace latchkey::surface {

/// Lets time pass on this thread. For commands that look again and again at what a daemon does; never in a
/// test, and never in the engine.
void pause(Millis time);

}  // namespace latchkey::surface

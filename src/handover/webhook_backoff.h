#pragma once

#include <optional>

#include "base/clock.h"
#include "base/random.h"

namespace latchkey::handover {

/// placeholder
std::optional<Millis> webhook_wait(int tries, Millis since_first, std::optional<Millis> asked,
                                   Random& random);

}  // namespace latchkey::handover

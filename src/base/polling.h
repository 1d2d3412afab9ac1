#pragma once

#include <functional>

#include "base/clock.h"

namespace latchkey {

/// Asks again and again, 20 times a second, for what another process does and nothing tells of. Returns
/// whether `condition` became true within `patience`; what it throws passes through.
bool poll_until(Clock& clock, Millis patience, const std::function<bool()>& condition);

}  // namespace latchkey

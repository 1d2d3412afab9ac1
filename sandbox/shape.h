#pragma once

#include <string>

#include "base/clock.h"
#include "sandbox/call.h"
#include "sandbox/faults.h"

namespace latchkey::sandbox {

/// Lets `fault` do to an answer what does not depend on the provider: cuts, delays, a proxy's page, garbage,
/// size, a redirect. Notes the fault's name in it.
void shape(Fault fault, Answer& answer);

/// The value of Retry-After for a throttle fault: seconds, an HTTP date or empty for no header.
std::string retry_after_of(Fault fault, std::chrono::seconds wait, TimePoint now);

}  // namespace latchkey::sandbox

#pragma once

#include <string>

#include "base/clock.h"
#include "sandbox/call.h"
#include "sandbox/faults.h"

namespace latchkey::sandbox {

/// The status with which the application itself refuses a call that meets `fault`; 0 for a fault that does
/// not refuse. Hidden ones give the status that the body tells.
int status_of(Fault fault);

/// Lets `fault` do to an answer what does not depend on the provider: cuts, delays, a proxy's page, garbage,
/// size, a redirect. Notes the fault's name in it.
void shape(Fault fault, Answer& answer);

/// The value of Retry-After for a throttle fault: seconds, an HTTP date or empty for no header.
std::string retry_after_of(Fault fault, std::chrono::seconds wait, TimePoint now);

}  // namespace latchkey::sandbox

#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "sandbox/arrival.h"
#include "sandbox/call.h"

namespace latchkey::sandbox {

/// Takes one line without its end; called from many threads.
using LogLine = std::function<void(const std::string&)>;

/// Enough of a recipient to recognise it: "b…@example.com", "cus_7fk…".
std::string masked(const std::string& recipient);

/// One line about a call: never a key, a token, a link or a whole address, and of the target only the path.
std::string log_line(const Arrival& arrival, const Call& call, const Answer& answer, Millis took);

/// Writes lines to stderr, each with one write.
void log_to_stderr(const std::string& line);

}  // namespace latchkey::sandbox

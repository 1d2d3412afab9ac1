#pragma once

#include <optional>

namespace latchkey {

/// Whether something keeps this machine's wall clock right (NTP), as the kernel was told (adjtimex(2));
/// nullopt when it does not say.
std::optional<bool> clock_is_synchronised();

}  // namespace latchkey

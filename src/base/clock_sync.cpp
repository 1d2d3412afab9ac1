#include "base/clock_sync.h"

#include <sys/timex.h>

namespace latchkey {

std::optional<bool> clock_is_synchronised() {
  timex state{};  // no mode: only asked
  if (adjtimex(&state) < 0) return std::nullopt;
  return (state.status & STA_UNSYNC) == 0;
}

}  // namespace latchkey

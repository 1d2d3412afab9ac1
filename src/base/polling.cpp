#include "base/polling.h"

#include <thread>

namespace latchkey {
namespace {

constexpr Millis kBetweenLooks{50};

}  // namespace

bool poll_until(Clock& clock, Millis patience, const std::function<bool()>& condition) {
  const Millis ends = clock.now().boot + patience;
  while (!condition()) {
    if (clock.now().boot >= ends) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

}  // namespace latchkey

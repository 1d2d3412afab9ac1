#include "base/clock.h"

#include <time.h>

#include "base/error.h"

namespace latchkey {
namespace {

constexpr Millis kSpreadMax{2};
constexpr int kTriesMax = 16;

std::chrono::nanoseconds fine_reading(clockid_t id) {
  timespec t{};
  if (clock_gettime(id, &t) != 0) throw Error("the system's clock cannot be read");
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

Millis reading(clockid_t id) {
  return std::chrono::duration_cast<Millis>(fine_reading(id));
}

}  // namespace

Instant SystemClock::now() {
  // A thread that is pre-empted between the two clocks would see them drift apart, which looks like somebody
  // had set the wall clock. So the pair is read again until both were read close together; the closest pair
  // has to do.
  Instant closest{};
  Millis spread_of_closest = Millis::max();
  for (int i = 0; i < kTriesMax && spread_of_closest > kSpreadMax; ++i) {
    Millis before = reading(CLOCK_BOOTTIME);
    Millis wall = reading(CLOCK_REALTIME);
    Millis spread = reading(CLOCK_BOOTTIME) - before;
    if (spread >= spread_of_closest) continue;
    closest = {TimePoint(wall), before};
    spread_of_closest = spread;
  }
  return closest;
}

Stopwatch::Stopwatch() : begun_(fine_reading(CLOCK_MONOTONIC)) {}

std::chrono::nanoseconds Stopwatch::elapsed() const {
  return fine_reading(CLOCK_MONOTONIC) - begun_;
}

}  // namespace latchkey

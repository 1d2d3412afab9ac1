#pragma once

#include <chrono>
#include <cstdint>

namespace latchkey {

using Millis = std::chrono::milliseconds;
/// A moment in UTC, to the millisecond: what entries, the database and JSON carry.
using TimePoint = std::chrono::sys_time<Millis>;

/// Both clocks, read together. `wall` can be set by anyone and step; `boot` counts from the machine's start,
/// through suspend, and only ever grows.
struct Instant {
  TimePoint wall;
  Millis boot;
};

/// The only source of time in the engine, so that a simulation can own it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
};

/// CLOCK_REALTIME and CLOCK_BOOTTIME.
class SystemClock final : public Clock {
 public:
  Instant now() override;
};

/// Measures how long something takes, by CLOCK_MONOTONIC: for figures that people look at. What is decided is
/// decided by Clock.
class Stopwatch {
 public:
  Stopwatch();
  std::chrono::nanoseconds elapsed() const;

 private:
  std::chrono::nanoseconds begun_;
};

/// Milliseconds since 1970, as the database and payloads keep a moment.
constexpr std::int64_t to_ms(TimePoint t) {
  return t.time_since_epoch().count();
}
constexpr TimePoint from_ms(std::int64_t ms) {
  return TimePoint(Millis(ms));
}

}  // namespace latchkey

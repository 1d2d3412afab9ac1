#pragma once

#include <mutex>

#include "base/clock.h"

namespace latchkey {

/// A clock that stands still until a test moves it. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(TimePoint wall = from_ms(1'780'000'000'000), Millis boot = Millis(1'000'000))
      : now_{wall, boot} {}

  Instant now() override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  /// Time passes: both clocks move on.
  void advance(Millis by) {
    std::lock_guard lock(mutex_);
    now_.wall += by;
    now_.boot += by;
  }
  /// Somebody sets the wall clock, forwards or (negative) back; boot does not notice.
  void step_wall(Millis by) {
    std::lock_guard lock(mutex_);
    now_.wall += by;
  }
  void set_wall(TimePoint wall) {
    std::lock_guard lock(mutex_);
    now_.wall = wall;
  }
  /// For a restart of the machine: boot begins anew.
  void set_boot(Millis boot) {
    std::lock_guard lock(mutex_);
    now_.boot = boot;
  }

 private:
  std::mutex mutex_;
  Instant now_;  // protected by mutex_
};

}  // namespace latchkey

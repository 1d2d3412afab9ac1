#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "base/clock.h"

namespace latchkey::sandbox {

/// Where calls wait before they are answered. Thread-safe; nothing waits any longer once stop() was called.
class Waits {
 public:
  /// At most `holds_max` calls hang at a time, so that threads are left for the control API.
  explicit Waits(int holds_max) : holds_max_(holds_max) {}

  /// Waits that long, or until stop().
  void pause(Millis time);
  /// Hangs until release(): true. False when there is nobody to answer: `abandoned` says that the caller has
  /// gone, stop() was called, or too many hang already.
  bool hold(const std::function<bool()>& abandoned);
  /// Lets go all that hang now, and says how many.
  int release();
  int holding() const;
  void stop();
  bool stopped() const;

 private:
  const int holds_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t releases_ = 0;
  int holding_ = 0;
  bool stopped_ = false;
};

}  // namespace latchkey::sandbox

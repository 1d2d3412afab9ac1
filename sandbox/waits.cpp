#include "sandbox/waits.h"

namespace latchkey::sandbox {
namespace {

/// How often a hanging call looks whether its caller is still there.
constexpr Millis kLook{50};

}  // namespace

void Waits::pause(Millis time) {
  if (time <= Millis(0)) return;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [&] { return stopped_; });
}

bool Waits::hold(const std::function<bool()>& abandoned) {
  std::unique_lock lock(mutex_);
  if (holding_ >= holds_max_) return false;
  ++holding_;
  const std::uint64_t before = releases_;
  const auto let_go = [&] { return stopped_ || releases_ != before; };
  while (!changed_.wait_for(lock, kLook, let_go)) {
    // Other calls must not wait for the look at this one's connection.
    lock.unlock();
    const bool gone = abandoned();
    lock.lock();
    if (gone) break;
  }
  --holding_;
  return releases_ != before && !stopped_;
}

int Waits::release() {
  const std::lock_guard lock(mutex_);
  ++releases_;
  changed_.notify_all();
  return holding_;
}

int Waits::holding() const {
  const std::lock_guard lock(mutex_);
  return holding_;
}

void Waits::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool Waits::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

}  // namespace latchkey::sandbox

#include "engine/pulse.h"

namespace latchkey::engine {

void Pulse::beat(Millis boot) {
  const std::lock_guard lock(mutex_);
  state_.last_beat = boot;
}

void Pulse::turned(Trouble trouble) {
  const std::lock_guard lock(mutex_);
  state_.trouble = trouble;
}

void Pulse::stopping() {
  const std::lock_guard lock(mutex_);
  state_.stopping = true;
}

void Pulse::switch_on(job::Provider provider) {
  const std::lock_guard lock(mutex_);
  state_.on.at(static_cast<std::size_t>(provider)) = true;
}

Pulse::State Pulse::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace latchkey::engine

#include "engine/published_checkpoint.h"

#include <utility>

namespace latchkey::engine {

void PublishedCheckpoint::published(std::string note, std::int64_t size, TimePoint at) {
  {
    const std::lock_guard lock(mutex_);
    state_ = {std::move(note), size, at, false};
  }
  grown_.notify_all();
}

void PublishedCheckpoint::failed() {
  const std::lock_guard lock(mutex_);
  state_.failing = true;
}

PublishedCheckpoint::State PublishedCheckpoint::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::optional<PublishedCheckpoint::State> PublishedCheckpoint::wait_for(std::int64_t size, Millis patience) {
  std::unique_lock lock(mutex_);
  const auto covered = [&] { return !state_.note.empty() && state_.size >= size; };
  if (!grown_.wait_for(lock, patience, covered)) return std::nullopt;
  return state_;
}

}  // namespace latchkey::engine

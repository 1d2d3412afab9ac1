#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"

namespace latchkey::engine {

/// The newest checkpoint that this process has published, for other threads. Thread-safe.
class PublishedCheckpoint {
 public:
  struct State {
    std::string note;  ///< empty: none yet
    std::int64_t size = 0;
    TimePoint at;
    bool failing = false;  ///< the last try to publish came to nothing; the log says why
  };

  void published(std::string note, std::int64_t size, TimePoint at);
  void failed();
  State state() const;
  /// The newest one as soon as it covers `size` entries; nullopt when none does within `patience`.
  std::optional<State> wait_for(std::int64_t size, Millis patience);

 private:
  mutable std::mutex mutex_;
  std::condition_variable grown_;
  State state_;
};

}  // namespace latchkey::engine

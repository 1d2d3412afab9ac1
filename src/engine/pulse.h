#pragma once

#include <array>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "job/names.h"

namespace latchkey::engine {

/// Whether the engine's thread is there and gets its work written, for whoever asks. Thread-safe.
class Pulse {
 public:
  /// Why the last turn could not be written.
  enum class Trouble { None, DiskFull, Database };

  struct State {
    std::optional<Millis> last_beat;  ///< boot time; nullopt: the engine has not begun
    Trouble trouble = Trouble::None;
    bool stopping = false;
    std::array<bool, job::kProviders.size()> on{};  ///< which providers have credentials
  };

  /// The engine's thread has come by.
  void beat(Millis boot);
  /// How its last turn ended.
  void turned(Trouble trouble);
  void stopping();
  void switch_on(job::Provider provider);
  State state() const;

 private:
  mutable std::mutex mutex_;
  State state_;
};

}  // namespace latchkey::engine

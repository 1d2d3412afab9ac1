#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace latchkey::engine {

/// How often callers of the API were denied, by the id of a token that is known; all unknown ones together
/// under "". Counted here and not in the ledger one by one, so that a flood of bad tokens cannot fill it.
/// Thread-safe.
class Denials {
 public:
  using Counts = std::map<std::string, std::int64_t>;

  /// Counts one. True when it is the first since the last were written: the engine is then to be told.
  bool count(const std::string& token_id) {
    const std::lock_guard lock(mutex_);
    ++counts_[token_id];
    ++total_;
    return counts_.size() == 1 && counts_.begin()->second == 1;
  }
  /// All that have not been written yet.
  Counts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }
  /// These have been written. True when some were counted since they were asked for: the engine is then to be
  /// told of them, too.
  bool written(const Counts& written) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, count] : written) {
      if ((counts_[id] -= count) == 0) counts_.erase(id);
    }
    return !written.empty() && !counts_.empty();
  }
  /// Since the process began.
  std::int64_t total() const {
    const std::lock_guard lock(mutex_);
    return total_;
  }

 private:
  mutable std::mutex mutex_;
  Counts counts_;
  std::int64_t total_ = 0;
};

}  // namespace latchkey::engine

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/settings.h"
#include "store/store.h"

namespace latchkey::engine {

/// A call that was given up can come back this long after at most, and wants its job then.
inline constexpr Millis kKeptAtLeast = std::chrono::hours(1);

/// What retention works with. Nothing here may be used by another thread meanwhile.
struct RetentionParts {
  store::Store& store;
  Clock& clock;
  Random& random;
  const Settings& settings;
  std::string actor;
  /// Called between two transactions, for about as long as another writer needs to get its turn.
  std::function<void()> let_others_write;
};

/// Takes away the rows of these jobs, which ended before `cut_off`, and keeps their requestIds. In
/// transactions of at most 50 ms, each with a jobs.pruned of its own for what went with it: for up to some
/// thousand jobs it is one. So an early end leaves nothing half done, and what the entries say is true at any
/// moment. Returns how many there were.
std::size_t prune_jobs(const RetentionParts& parts, const std::vector<std::string>& request_ids,
                       TimePoint cut_off);

/// Erases the subjects that have no job left and whose last entry is older than `cut_off`, in transactions of
/// at most 50 ms, each subject with its subject.erased. Returns the recipients and addresses that must be
/// scrubbed.
std::vector<std::string> erase_unused_subjects(const RetentionParts& parts, TimePoint cut_off,
                                               const std::string& reason, std::size_t& count);

}  // namespace latchkey::engine

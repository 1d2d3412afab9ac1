#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace latchkey::engine {

/// What became of a subject's jobs: of each kind the id of the newest, 0 where there is none.
struct LaterJobs {
  std::int64_t done = 0;
  std::int64_t open = 0;      ///< queued, running or held
  std::int64_t refused = 0;   ///< by the provider, for good
  std::int64_t selected = 0;  ///< of those that were selected so far
};

/// Whether a code says that the provider would refuse the same request again.
bool is_refusal(job::Code code);

/// Looks for later jobs of the same subject, for many jobs that are visited from the newest to the oldest. A
/// subject's newest job costs one entry to be read; the jobs of a subject that has older ones are read once,
/// however many of them are asked about.
class LaterJobsFinder {
 public:
  explicit LaterJobsFinder(store::Store& store) : store_(store) {}

  /// Of the subject whose job this is; only ids above the job's are later.
  LaterJobs of(const job::Job& job, const store::Subject& subject);
  /// This job, the last one that was asked about, has been selected.
  void select(const job::Job& job);

 private:
  bool is_newest(const job::Job& job, const store::Subject& subject);
  LaterJobs look_up(const job::Job& job);

  store::Store& store_;
  std::vector<std::int64_t> selected_;                 // from the newest to the oldest
  std::unordered_map<std::string, LaterJobs> several_;  // subjects with an older job that was asked about
};

}  // namespace latchkey::engine

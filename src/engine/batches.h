#pragma once

#include <optional>
#include <string>

#include "engine/context.h"
#include "job/job.h"
#include "job/retry_policy.h"

namespace latchkey::engine {

/// What people and the turn do to batches, each with its ledger entry. Those of people throw InputError and
/// change nothing when it cannot be done: not_found, wrong_state, invalid_request (a reason that may not
/// stand in the ledger).

/// How long a submission may take between two of its transactions before it counts as dead.
inline constexpr Millis kSubmissionLease{60'000};

/// What a pause will cost.
struct PauseOutlook {
  store::Batch batch;
  std::int64_t queued = 0;
  /// When the first of its queued jobs goes stale unless it is resumed before, and the last.
  std::optional<TimePoint> first_stale;
  std::optional<TimePoint> last_stale;
};

/// No job of the batch is taken until it is resumed; what runs finishes, and what is queued goes stale when
/// its time is over.
PauseOutlook pause_batch(Context& context, const std::string& id, const std::string& reason);
/// Its jobs are taken again as they come due; no dueAt moves. What went stale stays so.
store::Batch resume_batch(Context& context, const std::string& id, const std::string& reason);
/// From the commit on none of its jobs is taken. They are cancelled one by one, each with its entry, by
/// settle_batch(); what runs finishes, without further attempts.
store::Batch cancel_batch(Context& context, const std::string& id, const std::string& reason);

/// Cancels up to `limit` jobs of a cancelled or abandoned batch, or abandons one whose submitter is dead.
/// False once nothing is left to do. The turn does this, and so does whoever cancelled, so that it also
/// happens while no daemon runs.
bool settle_batch(Context& context, store::Batch& batch, int limit);

/// A job has come from one state (nullopt: it is new) to that which it is in now. Counts it, and finishes its
/// batch with the last one.
void moved_in_batch(Context& context, const job::Job& job, std::optional<job::State> from, TimePoint at);
/// Writes batch.finished, and the events for those who are to be told, if every job has come to its end.
void finish_if_over(Context& context, const std::string& id, TimePoint at);

/// The retry policy that holds for a job: its batch's, or the configuration's.
job::RetryPolicy retry_policy_of(Context& context, const job::Job& job);
/// As a batch keeps it.
std::string retry_json(const job::RetryPolicy& policy);

}  // namespace latchkey::engine

#pragma once

#include "engine/context.h"
#include "job/submission.h"

namespace latchkey::engine {

/// The job that a submission came to.
struct Submitted {
  job::Job job;
  bool created = true;  ///< false: the same request was there already, and this is its job
};

/// Stores a checked submission as a job with its job.accepted entry; one that is stale already becomes so at
/// once. `import`: the large import it belongs to, 0 for none; a job left by an unfinished import is taken
/// over. Throws InputError and writes nothing: provider_off, no_handover, conflict, request_id_used,
/// cannot_be_fresh.
Submitted submit(Context& context, const job::Submission& submission, std::int64_t import = 0);

/// A queued job whose freshness has ended: job.refused, and it is stale; or job.held, when an earlier call of
/// it may have sent something already. Writes the job back.
void refuse_as_stale(Context& context, job::Job& job);

}  // namespace latchkey::engine

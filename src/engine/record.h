#pragma once

#include "job/job.h"
#include "store/store.h"

namespace latchkey::engine {

/// Appends an entry of `job` and moves the job by the table of job/life.h. The only way a job's state
/// changes, so that the state is always what the entries lead to. The entry gets the job's ids and its back
/// link; the caller writes the job itself back (store.update_job) when all that belongs together is recorded.
/// Returns the seq.
std::int64_t record(store::Store& store, job::Job& job, ledger::Entry entry);

}  // namespace latchkey::engine

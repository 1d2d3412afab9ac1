#pragma once

#include "engine/context.h"
#include "job/job.h"

namespace latchkey::engine {

/// Appends an entry of `job` and moves the job by the table of job/life.h. The only way a job's state
/// changes, so that the state is always what the entries lead to; its outcome and code follow the entry by
/// the rule that `audit verify` checks. The entry gets the job's ids and its back link; the caller writes the
/// job itself back (store.update_job) when all that belongs together is recorded. Whoever is to be told of
/// the new state by webhook gets an event in the outbox. Returns the seq.
std::int64_t record(Context& context, job::Job& job, ledger::Entry entry);

/// Records an entry that holds its code alone: job.failed, job.held and the like.
std::int64_t record(Context& context, job::Job& job, ledger::EntryType type, job::Code code);

}  // namespace latchkey::engine

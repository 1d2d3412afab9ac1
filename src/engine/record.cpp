#include "engine/record.h"

#include "job/life.h"

namespace latchkey::engine {

std::int64_t record(store::Store& store, job::Job& job, ledger::Entry entry) {
  const auto standing = job::next(job.standing, {entry.type, entry.outcome, job.hand_over});
  LATCHKEY_CHECK(standing.has_value());
  entry.request_id = job.request_id;
  entry.subject = job.subject;
  entry.provider = job.provider;
  entry.prev = job.last_seq;
  if (!job.batch.empty()) entry.batch = job.batch;
  job.last_seq = store.append(entry);
  if (job::is_final(standing->state) && !job::is_final(job.standing.state)) job.finished_at = entry.t;
  job.standing = *standing;
  if (standing->state != job::State::Queued) job.ready = false;
  return job.last_seq;
}

}  // namespace latchkey::engine

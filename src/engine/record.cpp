#include "engine/record.h"

#include <algorithm>

#include "base/ids.h"
#include "engine/batches.h"
#include "job/life.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;

// Written with the entry that it tells of, so that no outcome is lost and none is told that did not happen.
void tell_endpoints(Context& context, const job::Job& job, TimePoint at) {
  const auto type = handover::event_of(job.standing.state);
  if (!type) return;
  store::Event event;
  for (const Endpoint& endpoint : context.settings.webhooks) {
    if (std::find(endpoint.events.begin(), endpoint.events.end(), *type) == endpoint.events.end()) continue;
    if (event.message.empty()) {
      event.message = "msg_" + make_uuid7(context.now.wall, context.random);
      event.body = handover::event_body(*type, job, at);
      event.created_at = context.now.wall;
      event.next_at = context.now.wall;
    }
    event.endpoint = endpoint.name;
    context.store.put_event(event);
  }
}

// What is rolled back is not counted: whoever committed the transaction adds it up.
void count(Context& context, const job::Job& job, const ledger::Entry& entry, bool changed) {
  if (context.counts == nullptr) return;
  OutcomeCounts& counts = *context.counts;
  const job::State state = job.standing.state;
  if (entry.type == EntryType::AttemptResult) {
    ++counts.attempts[{job.provider, entry.outcome.value(), entry.code}];
  }
  if (entry.type == EntryType::HandoverResult) {
    ++counts.hand_overs[{job.hand_over, entry.outcome.value(), entry.code}];
  }
  if (entry.type == EntryType::LinkClaimed || entry.type == EntryType::LinkExpired) {
    const bool claimed = entry.type == EntryType::LinkClaimed;
    ++counts
          .hand_overs[{job.hand_over, claimed ? job::Outcome::Accepted : job::Outcome::NotSent, entry.code}];
  }
  if (changed && (job::is_final(state) || state == job::State::Held)) {
    ++counts.ends[{job.provider, state, job.code}];
  }
}

}  // namespace

std::int64_t record(Context& context, job::Job& job, ledger::Entry entry) {
  const auto standing = job::next(job.standing, {entry.type, entry.outcome, job.hand_over});
  LATCHKEY_CHECK(standing.has_value());
  entry.request_id = job.request_id;
  entry.subject = job.subject;
  entry.provider = job.provider;
  entry.prev = job.last_seq;
  if (!job.batch.empty()) entry.batch = job.batch;
  job.last_seq = context.store.append(entry);

  const bool moved = !(*standing == job.standing);
  const job::State before = job.standing.state;
  const bool changed = standing->state != before;
  if (job::is_final(standing->state) && !job::is_final(before)) job.finished_at = entry.t;
  job.standing = *standing;
  if (standing->state != job::State::Queued) job.ready = false;
  // A late answer counts only where it has moved the job.
  if (entry.type != EntryType::AttemptLate || moved) {
    const bool answers = entry.type == EntryType::AttemptResult || entry.type == EntryType::AttemptLate ||
                         entry.type == EntryType::HandoverResult;
    if (entry.outcome) job.outcome = entry.outcome;
    if (entry.code || answers) job.code = entry.code;
  }
  if (changed) tell_endpoints(context, job, entry.t);
  if (changed && !job.batch.empty()) moved_in_batch(context, job, before, entry.t);
  count(context, job, entry, changed);
  return job.last_seq;
}

std::int64_t record(Context& context, job::Job& job, EntryType type, job::Code code) {
  ledger::Entry entry;
  entry.type = type;
  entry.code = code;
  return record(context, job, std::move(entry));
}

}  // namespace latchkey::engine

#include "engine/batches.h"

#include <algorithm>

#include "base/ids.h"
#include "base/json.h"
#include "engine/record.h"
#include "handover/webhook_event.h"

namespace latchkey::engine {
namespace {

using job::State;
using ledger::EntryType;
using store::Batch;
using store::BatchState;

Batch require_batch(Context& context, const std::string& id) {
  auto batch = context.store.find_batch(id);
  if (!batch) throw InputError("not_found", "batch", "no batch has this id");
  return std::move(*batch);
}

[[noreturn]] void wrong_batch_state(const Batch& batch, const std::string& hint) {
  throw InputError("wrong_state", "batch", "the batch is " + std::string(name(batch.state)) + ": " + hint);
}

void append_batch_entry(Context& context, EntryType type, const Batch& batch, const std::string& reason) {
  ledger::Entry entry;
  entry.type = type;
  entry.actor = context.actor;
  entry.batch = batch.id;
  entry.provider = batch.provider;
  if (!reason.empty()) {
    ledger::check_reason(reason);
    entry.reason = reason;
  }
  context.store.append(entry);
}

void tell_batch_end(Context& context, const Batch& batch, TimePoint at) {
  store::Event event;
  for (const Endpoint& endpoint : context.settings.webhooks) {
    const auto& wanted = endpoint.events;
    const bool asks =
        std::find(wanted.begin(), wanted.end(), handover::EventType::BatchFinished) != wanted.end();
    if (!asks && endpoint.name != batch.on_complete) continue;
    if (event.message.empty()) {
      const store::BatchCounts counts = context.store.batch_counts(batch.id);
      handover::BatchEnd end;
      end.batch = batch.id;
      end.definition = batch.definition;
      end.nominal = batch.nominal;
      end.state = batch.state == BatchState::Cancelled ? "cancelled" : "finished";
      end.counts = {{State::Done, counts.done},
                    {State::Failed, counts.failed},
                    {State::Stale, counts.stale},
                    {State::Cancelled, counts.cancelled}};
      event.message = "msg_" + make_uuid7(context.now.wall, context.random);
      event.body = handover::batch_event_body(end, at);
      event.created_at = context.now.wall;
      event.next_at = context.now.wall;
    }
    event.endpoint = endpoint.name;
    context.store.put_event(event);
  }
}

// When the first or the last queued job of a batch goes stale. Jobs of a batch are planned in the order of
// their ids, so that a million of them need not be looked at while the turn waits.
std::optional<TimePoint> end_of_queued(Context& context, const std::string& batch, bool last) {
  store::JobFilter queued;
  queued.batch = batch;
  queued.states = {State::Queued};
  queued.newest_first = last;
  std::optional<TimePoint> end;
  context.store.each_job(queued, [&](const job::Job& job) {
    end = job.fresh_until;
    return false;
  });
  return end;
}

// A job that is queued ends; one that runs makes no further attempt.
void cancel_job(Context& context, job::Job job) {
  if (job.standing.cancel_requested) return;
  ledger::Entry entry;
  entry.type = EntryType::JobCancelled;
  record(context, job, std::move(entry));
  context.store.update_job(job);
}

}  // namespace

PauseOutlook pause_batch(Context& context, const std::string& id, const std::string& reason) {
  PauseOutlook outlook;
  outlook.batch = require_batch(context, id);
  if (outlook.batch.state != BatchState::Open)
    wrong_batch_state(outlook.batch, "only one whose jobs are being sent can be paused");
  outlook.batch.state = BatchState::Paused;
  context.store.update_batch(outlook.batch);
  append_batch_entry(context, EntryType::BatchPaused, outlook.batch, reason);
  outlook.queued = context.store.batch_counts(id).queued;
  outlook.first_stale = end_of_queued(context, id, false);
  outlook.last_stale = end_of_queued(context, id, true);
  return outlook;
}

Batch resume_batch(Context& context, const std::string& id, const std::string& reason) {
  Batch batch = require_batch(context, id);
  if (batch.state != BatchState::Paused) wrong_batch_state(batch, "only a paused one can be resumed");
  batch.state = BatchState::Open;
  context.store.update_batch(batch);
  append_batch_entry(context, EntryType::BatchResumed, batch, reason);
  finish_if_over(context, id, context.now.wall);
  return batch;
}

Batch cancel_batch(Context& context, const std::string& id, const std::string& reason) {
  Batch batch = require_batch(context, id);
  if (batch.state == BatchState::Submitting)
    wrong_batch_state(batch, "nothing of it is sent before it has been stored; cancel it then");
  if (batch.state != BatchState::Open && batch.state != BatchState::Paused)
    wrong_batch_state(batch, "there is nothing left to cancel");
  ledger::check_reason(reason);
  batch.state = BatchState::Cancelled;
  batch.cancelled_to = batch.first_id - 1;
  context.store.update_batch(batch);
  append_batch_entry(context, EntryType::BatchCancelled, batch, reason);
  return batch;
}

bool settle_batch(Context& context, Batch& batch, int limit) {
  if (batch.state == BatchState::Submitting) {
    // Somebody else may submit the same run again from here on.
    batch.state = BatchState::Abandoned;
    batch.submit_until.reset();
    batch.cancelled_to = batch.first_id - 1;
    append_batch_entry(context, EntryType::BatchCancelled, batch, "its submission was not completed");
    const auto occurrence = context.store.find_occurrence(batch.definition, batch.nominal);
    if (occurrence && occurrence->batch == batch.id)
      context.store.drop_occurrence(batch.definition, batch.nominal);
    context.store.update_batch(batch);
  }
  if (limit == 0) return true;
  const auto jobs = context.store.open_jobs_of_batch(batch, batch.cancelled_to, limit);
  for (const job::Job& job : jobs) cancel_job(context, job);
  const bool more = static_cast<int>(jobs.size()) == limit;
  batch.cancelled_to = more ? jobs.back().id : batch.last_id;
  context.store.update_batch(batch);
  if (!more && batch.state == BatchState::Cancelled) finish_if_over(context, batch.id, context.now.wall);
  return more;
}

void moved_in_batch(Context& context, const job::Job& job, std::optional<State> from, TimePoint at) {
  if (from == job.standing.state) return;
  const std::int64_t open = context.store.move_in_batch(job.batch, from, job.standing.state, at);
  if (open == 0 && from) finish_if_over(context, job.batch, at);
}

void finish_if_over(Context& context, const std::string& id, TimePoint at) {
  auto batch = context.store.find_batch(id);
  if (!batch || batch->finished_at) return;
  const bool cancelled = batch->state == BatchState::Cancelled;
  if (batch->state != BatchState::Open && !(cancelled && batch->cancelled_to >= batch->last_id)) return;
  const store::BatchCounts counts = context.store.batch_counts(id);
  if (counts.open() > 0) return;
  if (!cancelled) batch->state = BatchState::Finished;
  batch->finished_at = at;
  context.store.update_batch(*batch);
  ledger::Entry entry;
  entry.type = EntryType::BatchFinished;
  entry.batch = id;
  entry.provider = batch->provider;
  entry.count = counts.all();
  context.store.append(entry);
  tell_batch_end(context, *batch, at);
}

job::RetryPolicy retry_policy_of(Context& context, const job::Job& job) {
  job::RetryPolicy policy = context.settings.retry;
  if (job.batch.empty()) return policy;
  const auto batch = context.store.find_batch(job.batch);
  if (!batch || batch->retry.empty()) return policy;
  const auto json = parse_json(batch->retry);
  if (!json || !json->is_object()) throw Error("the database holds a retry policy that is not readable");
  policy.attempts = json->at("attempts").get<int>();
  policy.first = Millis(json->at("firstMs").get<std::int64_t>());
  policy.most = Millis(json->at("mostMs").get<std::int64_t>());
  return policy;
}

std::string retry_json(const job::RetryPolicy& policy) {
  OrderedJson json;
  json["attempts"] = policy.attempts;
  json["firstMs"] = policy.first.count();
  json["mostMs"] = policy.most.count();
  return json.dump();
}

}  // namespace latchkey::engine

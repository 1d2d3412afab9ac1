#include "engine/operations.h"

#include "engine/record.h"
#include "ledger/entry.h"

namespace latchkey::engine {
namespace {

using job::State;
using ledger::EntryType;

job::Job require_job(Context& context, const std::string& request_id) {
  auto job = context.store.find_job(request_id);
  if (!job) throw InputError("not_found", "requestId", "no job has this requestId");
  return std::move(*job);
}

[[noreturn]] void wrong_state(const job::Job& job, const std::string& hint) {
  throw InputError("wrong_state", "requestId",
                   "the job is " + std::string(name(job.standing.state)) + ": " + hint);
}

ledger::Entry entry_of(const Context& context, EntryType type, const std::string& reason) {
  ledger::Entry entry;
  entry.type = type;
  entry.actor = context.actor;
  if (!reason.empty()) {
    ledger::check_reason(reason);
    entry.reason = reason;
  }
  return entry;
}

void append_provider_entry(Context& context, ledger::Entry entry, job::Provider provider) {
  entry.provider = provider;
  context.store.append(entry);
}

}  // namespace

job::Job cancel(Context& context, const std::string& request_id, const std::string& reason) {
  job::Job job = require_job(context, request_id);
  if (job.standing.state == State::Held) {
    wrong_state(job, "it may have been sent already; close it as sent or not sent instead");
  }
  if (job::is_final(job.standing.state)) wrong_state(job, "there is nothing left to cancel");
  if (job.standing.cancel_requested)
    wrong_state(job, "it is being cancelled already; its call is still under way");
  record(context, job, entry_of(context, EntryType::JobCancelled, reason));
  context.store.update_job(job);
  return job;
}

job::Job release(Context& context, const std::string& request_id, const std::string& reason) {
  job::Job job = require_job(context, request_id);
  if (job.standing.state != State::Held) wrong_state(job, "only a held job can be released");
  if (context.now.wall >= job.fresh_until) {
    wrong_state(job,
                "and its time has run out, so it can no longer be sent; close it, or submit a new request");
  }
  if (job.hand_over == job::HandOver::Reply) {
    wrong_state(job, "and nobody waits for its link any more; close it, and ask for a new link");
  }
  if (job.reprocessed_as) {
    wrong_state(job, "and it was reprocessed as " + *job.reprocessed_as + ", which would be sent besides; close it");
  }
  ledger::Entry entry = entry_of(context, EntryType::JobReleased, reason);
  record(context, job, std::move(entry));
  job.due_at = std::min(job.due_at, context.now.wall);
  job.ready = true;
  job.tries = 0;  // a person asks for it to be tried, whatever was tried before
  context.store.update_job(job);
  return job;
}

job::Job close(Context& context, const std::string& request_id, bool sent, const std::string& reason) {
  job::Job job = require_job(context, request_id);
  if (job.standing.state != State::Held) wrong_state(job, "only a held job can be closed");
  ledger::check_reason(reason);
  ledger::Entry entry = entry_of(context, EntryType::JobClosed, reason);
  entry.outcome = sent ? job::Outcome::Accepted : job::Outcome::NotSent;
  entry.code = job::Code::Closed;
  record(context, job, std::move(entry));
  context.store.update_job(job);
  return job;
}

void pause(Context& context, job::Provider provider, const std::string& reason) {
  ledger::check_reason(reason);
  job::Gate gate = context.store.gate(provider);
  gate.paused = true;
  gate.paused_by_system = false;
  gate.pause_reason = reason;
  gate.pause_code.reset();
  gate.paused_by = context.actor;
  gate.paused_at = context.now.wall;
  append_provider_entry(context, entry_of(context, EntryType::ProviderPaused, reason), provider);
  context.store.put_gate(gate);
}

void pause_automatically(Context& context, job::Provider provider, job::Code code) {
  job::Gate gate = context.store.gate(provider);
  if (gate.paused) return;
  gate.paused = true;
  gate.paused_by_system = true;
  gate.pause_reason = job::meaning(code);
  gate.pause_code = code;
  gate.paused_by = "system";
  gate.paused_at = context.now.wall;
  ledger::Entry entry;
  entry.type = EntryType::ProviderPaused;
  entry.code = code;
  append_provider_entry(context, std::move(entry), provider);
  context.store.put_gate(gate);
}

bool resume(Context& context, job::Provider provider, const std::string& reason) {
  job::Gate gate = context.store.gate(provider);
  if (!gate.paused) return false;
  gate.paused = false;
  gate.paused_by_system = false;
  gate.pause_reason.clear();
  gate.pause_code.reset();
  append_provider_entry(context, entry_of(context, EntryType::ProviderResumed, reason), provider);
  context.store.put_gate(gate);
  return true;
}

}  // namespace latchkey::engine

#include "engine/restoration.h"

#include "engine/attempt.h"
#include "engine/record.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::HandOver;
using job::Job;
using job::Outcome;
using job::State;
using job::Step;
using ledger::EntryType;

// What was under way when the backup was taken.
void end_open_step(Context& context, Job& job) {
  ledger::Entry result;
  result.type = job.standing.step == Step::Calling ? EntryType::AttemptResult : EntryType::HandoverResult;
  result.attempt = job.attempts;
  result.outcome = Outcome::Unknown;
  result.code = Code::Restored;
  if (job.standing.step == Step::HandingOver) result.hand_over = job.hand_over;
  record(context, job, std::move(result));
}

void restore_job(Context& context, Job& job, Restoration& restoration) {
  handover::ReplyDesk no_callers;  // those of then are gone, and so are the links
  handover::WaitingLinks no_links;
  HandOvers nobody(no_callers, no_links, 0);
  const bool was_running = job.standing.state == State::Running;
  if (job.standing.step != Step::None) {
    end_open_step(context, job);
    ++restoration.unknown;
  }
  if (job.standing.state == State::Queued && job.hand_over == HandOver::Reply) {
    end_without_caller(context, job, Code::CallerGone, nobody);
    ++restoration.ended;
  } else if (was_running || job.due_at <= context.now.wall) {
    // A running job that a person had cancelled has ended with its result.
    if (!job::is_final(job.standing.state)) record(context, job, EntryType::JobHeld, Code::Restored);
    job.standing.state == State::Held ? ++restoration.held : ++restoration.ended;
  }
  context.store.update_job(job);
}

}  // namespace

Restoration restore(Context& context, const std::string& reason) {
  Restoration restoration;
  restoration.entries = context.store.head().size;
  ledger::Entry entry;
  entry.type = EntryType::LogRestored;
  entry.actor = context.actor;
  entry.size = restoration.entries;
  if (!reason.empty()) {
    ledger::check_reason(reason);
    entry.reason = reason;
  }
  context.store.append(entry);
  std::vector<Job> unfinished;
  store::JobFilter filter;
  filter.states = {State::Queued, State::Running};
  context.store.each_job(filter, [&](const Job& job) {
    unfinished.push_back(job);
    return true;
  });
  for (Job& job : unfinished) restore_job(context, job, restoration);
  return restoration;
}

}  // namespace latchkey::engine

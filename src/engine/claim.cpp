#include "engine/claim.h"

#include "engine/record.h"

namespace latchkey::engine {
namespace {

[[noreturn]] void gone() {
  throw InputError("link_gone", "requestId",
                   "its link has been claimed, or its time is over; use a new requestId");
}

[[noreturn]] void not_yet(const job::Job& job) {
  throw InputError("wrong_state", "requestId",
                   "the job is " + std::string(name(job.standing.state)) + ": no link waits yet");
}

}  // namespace

job::Job claim(Context& context, const handover::WaitingLinks& links, const std::string& request_id) {
  auto job = context.store.find_job(request_id);
  if (!job) {
    if (context.store.pruned_job(request_id)) gone();
    throw InputError("not_found", "requestId", "no job has this requestId");
  }
  if (job->hand_over != job::HandOver::Claim) {
    throw InputError("wrong_state", "requestId", "the job's link is not handed over by \"claim\"");
  }
  if (job::is_final(job->standing.state) || job->standing.cancel_requested) gone();
  if (job->standing.state != job::State::Running || job->standing.step != job::Step::HandingOver)
    not_yet(*job);
  const handover::WaitingLink* link = links.find(request_id);
  if (link == nullptr) not_yet(*job);  // minted in this very turn: it waits once that is durable
  if (link->over(context.now)) gone();
  ledger::Entry claimed;
  claimed.type = ledger::EntryType::LinkClaimed;
  claimed.actor = context.actor;
  claimed.attempt = job->attempts;
  claimed.hand_over = job->hand_over;
  record(context, *job, std::move(claimed));
  context.store.update_job(*job);
  return std::move(*job);
}

}  // namespace latchkey::engine

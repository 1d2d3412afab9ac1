#include "engine/later_jobs.h"

#include <algorithm>
#include <functional>

#include "ledger/member.h"

namespace latchkey::engine {

using job::Code;
using job::State;

bool is_refusal(Code code) {
  switch (code) {
    case Code::EmailNotRegistered:
    case Code::CustomerNotFound:
    case Code::InvalidRequest:
    case Code::Conflict:
    case Code::AddressMismatch:
    case Code::SmtpRefused:
    case Code::LinkRejected:
      return true;
    default:
      return false;
  }
}

bool LaterJobsFinder::is_newest(const job::Job& job, const store::Subject& subject) {
  if (!subject.last_accepted_seq) return false;
  const auto entry = store_.entry(*subject.last_accepted_seq);
  return entry && ledger::text_member(*entry, "requestId") == job.request_id;
}

LaterJobs LaterJobsFinder::look_up(const job::Job& asked) {
  LaterJobs later;
  for (const job::Job& job : store_.jobs_of_subject(asked.subject)) {
    const State state = job.standing.state;
    if (state == State::Done) later.done = std::max(later.done, job.id);
    if (!job::is_final(state)) later.open = std::max(later.open, job.id);
    if (state == State::Failed && job.code && is_refusal(*job.code))
      later.refused = std::max(later.refused, job.id);
    if (std::binary_search(selected_.begin(), selected_.end(), job.id, std::greater<>()))
      later.selected = std::max(later.selected, job.id);
  }
  return later;
}

LaterJobs LaterJobsFinder::of(const job::Job& job, const store::Subject& subject) {
  if (const auto known = several_.find(job.subject); known != several_.end()) return known->second;
  if (is_newest(job, subject)) return {};
  return several_.emplace(job.subject, look_up(job)).first->second;
}

void LaterJobsFinder::select(const job::Job& job) {
  selected_.push_back(job.id);
  const auto known = several_.find(job.subject);
  if (known != several_.end()) known->second.selected = std::max(known->second.selected, job.id);
}

}  // namespace latchkey::engine

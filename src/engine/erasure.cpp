#include "engine/erasure.h"

#include "engine/operations.h"
#include "ledger/commitment.h"

namespace latchkey::engine {
namespace {

using job::State;

std::vector<job::Job> unfinished_jobs(Context& context, const std::vector<store::Subject>& subjects) {
  std::vector<job::Job> unfinished;
  for (const store::Subject& subject : subjects) {
    for (job::Job& job : context.store.jobs_of_subject(subject.id)) {
      if (!job::is_final(job.standing.state)) unfinished.push_back(std::move(job));
    }
  }
  return unfinished;
}

// Whether a held mail went out is a fact about this person that must be settled while they are known.
void require_none_held(const std::vector<job::Job>& jobs) {
  std::string held;
  for (const job::Job& job : jobs) {
    if (job.standing.state == State::Held) held += (held.empty() ? "" : ", ") + job.request_id;
  }
  if (held.empty()) return;
  throw InputError("wrong_state", "recipient",
                   "has a held job (" + held +
                       "): it may have been sent, and a person decides first, with `latchkey jobs close ID "
                       "--sent` or `--not-sent`; nothing was erased");
}

}  // namespace

void suppress(Context& context, job::Provider provider, const std::string& recipient) {
  LATCHKEY_CHECK(context.settings.fingerprint_keys);
  for (const Secret& key : context.settings.fingerprint_keys()) {
    context.store.put_suppression(provider, ledger::suppression_hash(key, provider, recipient));
  }
}

void forget(Context& context, const store::Subject& subject, const std::string& reason,
            std::optional<job::Code> code) {
  ledger::Entry entry;
  entry.type = ledger::EntryType::SubjectErased;
  entry.actor = context.actor;
  entry.subject = subject.id;
  entry.subject_prev = subject.last_accepted_seq;  // what was done for them stays to be found
  entry.code = code;
  entry.reason = reason;
  context.store.append(entry);
  context.store.erase_subject(subject.id);
}

Erasure erase(Context& context, const std::vector<store::Subject>& subjects, const std::string& reason,
              bool suppressed) {
  ledger::check_reason(reason);
  const std::vector<job::Job> jobs = unfinished_jobs(context, subjects);
  require_none_held(jobs);
  Erasure erasure;
  for (const job::Job& job : jobs) {
    if (!job.standing.cancel_requested) cancel(context, job.request_id, reason);
    if (job.standing.state == State::Running) {
      // A link that waits is wiped by the daemon that has it, which then ends the job.
      if (!erasure.under_way) erasure.under_way = job;
    } else {
      ++erasure.cancelled;
    }
  }
  if (erasure.under_way) return erasure;
  for (const store::Subject& subject : subjects) {
    if (suppressed) suppress(context, subject.provider, subject.recipient);
    forget(context, subject, reason, suppressed ? std::optional(job::Code::Suppressed) : std::nullopt);
  }
  return erasure;
}

}  // namespace latchkey::engine

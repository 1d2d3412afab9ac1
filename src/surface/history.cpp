#include "surface/history.h"

#include "job/life.h"
#include "job/recipient.h"

namespace latchkey::surface {
namespace {

using ledger::EntryType;

void begin(job::Job& job, const ledger::Entry& accepted) {
  job.request_id = accepted.request_id.value_or("");
  job.subject = accepted.subject.value_or("");
  job.provider = accepted.provider.value_or(job::Provider::Mayar);
  job.hand_over = accepted.hand_over.value_or(job::HandOver::None);
  job.batch = accepted.batch.value_or("");
  job.due_at = accepted.due_at.value_or(accepted.t);
  job.expires_at = accepted.expires_at.value_or(job.due_at);
  job.reprocess_of = accepted.reprocess_of;
  job.created_at = accepted.t;
}

void go_on(job::Job& job, const ledger::Entry& entry) {
  const bool was_final = job::is_final(job.standing.state);
  if (const auto next = job::next(job.standing, {entry.type, entry.outcome, job.hand_over})) {
    job.standing = *next;
  }
  if (entry.reprocessed_as) job.reprocessed_as = entry.reprocessed_as;
  // A late answer counts only where it has ended the job.
  if (was_final) return;
  if (job::is_final(job.standing.state)) job.finished_at = entry.t;
  if (entry.type == EntryType::AttemptIntent) job.attempts = entry.attempt.value_or(job.attempts);
  if (entry.type == EntryType::AttemptResult && entry.due_at) job.due_at = *entry.due_at;
  if (entry.type == EntryType::AttemptLate && job.standing.state != job::State::Done) return;
  if (entry.outcome) job.outcome = entry.outcome;
  if (entry.outcome || entry.code) job.code = entry.code;
}

}  // namespace

std::vector<std::string> entries_of_request(store::Store& store, const std::string& request_id) {
  store::EntryFilter filter;
  filter.request_id = request_id;
  std::vector<std::string> entries;
  store.each_entry(filter, [&](const std::string& bytes) {
    entries.push_back(bytes);
    return true;
  });
  return entries;
}

std::vector<ledger::Entry> decoded(const std::vector<std::string>& entries) {
  std::vector<ledger::Entry> result;
  result.reserve(entries.size());
  for (const std::string& bytes : entries) result.push_back(ledger::decode(bytes));
  return result;
}

job::Job job_told_by(const std::vector<ledger::Entry>& entries) {
  job::Job job;
  for (const ledger::Entry& entry : entries) {
    entry.type == EntryType::JobAccepted ? begin(job, entry) : go_on(job, entry);
    job.last_seq = entry.seq;
  }
  return job;
}

std::optional<store::Subject> find_recipient(store::Store& store, const std::string& text,
                                             std::optional<job::Provider> provider) {
  job::Provider kind = job::Provider::Mayar;
  const job::Recipient recipient = job::parse_any_recipient(text, kind);
  if (provider && *provider != kind) {
    throw InputError("invalid_request", "recipient",
                     kind == job::Provider::Mayar ? "is an email, and nomos knows customer ids only"
                                                  : "is a customer id, and mayar knows emails only");
  }
  return store.find_subject(kind, recipient.normalised);
}

}  // namespace latchkey::surface

#include "surface/history.h"

#include <algorithm>

#include "job/recipient.h"
#include "ledger/entry.h"

namespace latchkey::surface {
namespace {

std::string require_entry(store::Store& store, std::int64_t seq) {
  auto bytes = store.entry(seq);
  if (!bytes)
    throw Error("the ledger has no entry " + std::to_string(seq) + ", though another one links to it");
  return std::move(*bytes);
}

// A link that does not lead back would lead around for ever.
void require_earlier(std::optional<std::int64_t> link, std::int64_t than) {
  if (link && *link >= than) {
    throw Error("the ledger's entry " + std::to_string(than) + " links to one that is not before it");
  }
}

}  // namespace

std::vector<std::string> entries_of_job(store::Store& store, const job::Job& job) {
  std::vector<std::string> entries;
  std::optional<std::int64_t> seq = job.last_seq;
  while (seq) {
    entries.push_back(require_entry(store, *seq));
    const auto prev = ledger::decode(entries.back()).prev;
    require_earlier(prev, *seq);
    seq = prev;
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
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

std::vector<job::Job> jobs_of_subject(store::Store& store, const store::Subject& subject) {
  std::vector<job::Job> jobs;
  std::optional<std::int64_t> seq = subject.last_accepted_seq;
  while (seq) {
    const ledger::Entry accepted = ledger::decode(require_entry(store, *seq));
    if (accepted.request_id) {
      if (auto job = store.find_job(*accepted.request_id)) jobs.push_back(std::move(*job));
    }
    require_earlier(accepted.subject_prev, *seq);
    seq = accepted.subject_prev;
  }
  std::reverse(jobs.begin(), jobs.end());
  return jobs;
}

bool matches(const store::JobFilter& filter, const job::Job& job) {
  const auto& states = filter.states;
  return (!filter.provider || *filter.provider == job.provider) &&
         (states.empty() || std::find(states.begin(), states.end(), job.standing.state) != states.end()) &&
         (!filter.outcome || filter.outcome == job.outcome) && (!filter.code || filter.code == job.code) &&
         (!filter.batch || *filter.batch == job.batch) &&
         (!filter.created_from || job.created_at >= *filter.created_from) &&
         (!filter.created_to || job.created_at < *filter.created_to);
}

void each_job(store::Store& store, const store::JobFilter& filter,
              const std::optional<store::Subject>& subject,
              const std::function<bool(const job::Job&)>& visit) {
  if (!subject) {
    store.each_job(filter, visit);
    return;
  }
  std::vector<job::Job> jobs = jobs_of_subject(store, *subject);
  if (filter.newest_first) std::reverse(jobs.begin(), jobs.end());
  for (const job::Job& job : jobs) {
    if (matches(filter, job) && !visit(job)) return;
  }
}

}  // namespace latchkey::surface

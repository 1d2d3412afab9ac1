#include "support/random_ledger.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace latchkey::test {
namespace {

using job::Code;
using job::Outcome;
using ledger::Entry;
using ledger::EntryType;
using store::EntryFilter;

constexpr std::size_t kSubjects = 12;
constexpr std::array kActors{"system", "uid:1000", "token:tk_1", "token:tk_2"};
constexpr std::array kCodes{Code::Timeout, Code::RateLimited, Code::CustomerNotFound, Code::Reset};
constexpr std::array kEnds{EntryType::JobHeld, EntryType::JobFailed, EntryType::JobRefused,
                           EntryType::JobCancelled};
constexpr std::array kOthers{EntryType::DaemonStart, EntryType::ProviderPaused, EntryType::ClockJump,
                             EntryType::AuditReveal, EntryType::ConfigChanged};

template <typename Value>
bool fits(const std::optional<Value>& asked, const std::optional<Value>& said) {
  return !asked || asked == said;
}

}  // namespace

void RandomLedger::grow(std::size_t count) {
  for (const std::size_t end = entries_.size() + count; entries_.size() < end;) {
    store::Transaction transaction(store_);
    for (std::size_t i = below(20) + 1; i > 0; --i) {
      const std::size_t what = below(10);
      if (jobs_.empty() || what < 3) {
        accept();
      } else if (what < 9) {
        go_on(jobs_[below(jobs_.size())]);
      } else {
        something_else();
      }
    }
    transaction.commit();
    if (below(3) > 0) clock_.advance(Millis(below(90'000)));
  }
}

void RandomLedger::append(Entry entry, job::Job* job) {
  if (job != nullptr) {
    entry.request_id = job->request_id;
    entry.subject = job->subject;
    entry.provider = job->provider;
    if (!job->batch.empty()) entry.batch = job->batch;
    if (entry.type != EntryType::JobAccepted) entry.prev = job->last_seq;
  }
  store_.append(entry);
  if (job != nullptr) job->last_seq = entry.seq;
  entries_.push_back(std::move(entry));
}

void RandomLedger::accept() {
  if (subjects_.size() < kSubjects) {
    store::Subject subject;
    subject.id = to_base64url(random_.bytes(16));
    subject.provider = job::kProviders[below(2)];
    subject.recipient = subject.address = "r" + std::to_string(subjects_.size()) + "@example.com";
    subject.salt = random_.bytes(32);
    subjects_.push_back(subject);
  }
  store::Subject& subject = subjects_[below(subjects_.size())];
  job::Job job;
  job.request_id = "req-" + std::to_string(entries_.size());
  job.provider = subject.provider;
  job.subject = subject.id;
  job.payload_mac = std::string(32, 'm');
  if (below(3) == 0) job.batch = "batch-" + std::to_string(below(3));
  job.created_at = job.due_at = job.expires_at = job.fresh_until = clock_.now().wall;
  Entry entry;
  entry.type = EntryType::JobAccepted;
  entry.actor = kActors[below(kActors.size())];
  entry.subject_prev = subject.last_accepted_seq;
  append(std::move(entry), &job);
  subject.last_accepted_seq = job.last_seq;
  store_.insert_job(job);
  store_.put_subject(subject);
  jobs_.push_back(std::move(job));
}

void RandomLedger::go_on(job::Job& job) {
  Entry entry;
  switch (below(4)) {
    case 0:
      entry.type = EntryType::AttemptIntent;
      entry.attempt = 1;
      break;
    case 1:
      entry.type = EntryType::AttemptResult;
      entry.outcome = Outcome::Accepted;
      entry.provider_request_id = "p-" + std::to_string(below(60));
      if (job.provider == job::Provider::Nomos)
        entry.link_fp = std::string(31, 'f') + std::to_string(below(8));
      break;
    case 2:
      entry.type = below(4) == 0 ? EntryType::AttemptLate : EntryType::AttemptResult;
      entry.outcome = static_cast<Outcome>(1 + below(4));
      if (below(5) > 0) entry.code = kCodes[below(kCodes.size())];
      break;
    default:
      entry.type = kEnds[below(kEnds.size())];
      entry.reason = R"(says \ "type":"job.held",","code":"timeout)";
      if (below(2) == 0) entry.code = kCodes[below(kCodes.size())];
  }
  if (below(4) == 0) entry.actor = kActors[below(kActors.size())];
  append(std::move(entry), &job);
  store_.update_job(job);
}

void RandomLedger::something_else() {
  Entry entry;
  entry.type = kOthers[below(kOthers.size())];
  entry.actor = kActors[below(kActors.size())];
  if (entry.type == EntryType::ProviderPaused) {
    entry.provider = job::kProviders[below(2)];
    entry.code = kCodes[below(kCodes.size())];
  }
  append(std::move(entry), nullptr);
}

void RandomLedger::ask(EntryFilter& filter, std::size_t which, const Entry& about) {
  switch (which) {
    case 0:
      filter.request_id = about.request_id.value_or("req-none");
      break;
    case 1:
      filter.subject = about.subject.value_or(subjects_.front().id);
      break;
    case 2:
      filter.provider_request_id = about.provider_request_id.value_or("p-1");
      break;
    case 3:
      filter.link_fp = about.link_fp.value_or(std::string(31, 'f') + "1");
      break;
    case 4:
      filter.batch = about.batch.value_or("batch-none");
      break;
    case 5:
      filter.actor = about.actor;
      break;
    case 6:
      filter.type = about.type;
      break;
    case 7:
      filter.provider = about.provider.value_or(job::Provider::Nomos);
      break;
    case 8:
      filter.outcome = about.outcome.value_or(Outcome::Unknown);
      break;
    case 9:
      filter.code = about.code.value_or(Code::Timeout);
      break;
    case 10:
      filter.from = about.t + Millis(static_cast<int>(below(3)) - 1);
      break;
    case 11:
      filter.to = about.t + Millis(static_cast<int>(below(3)) - 1);
      break;
    case 12:
      filter.from_seq = about.seq;
      break;
    default:
      filter.to_seq = about.seq;
  }
}

EntryFilter RandomLedger::filter_of(std::size_t which) {
  EntryFilter filter;
  ask(filter, which, entries_[below(entries_.size())]);
  return filter;
}

EntryFilter RandomLedger::filter() {
  EntryFilter filter;
  const Entry& about = entries_[below(entries_.size())];
  for (std::size_t count = 1 + below(4); count > 0; --count) {
    const std::size_t which = below(kThings);
    // A time or place of its own entry would cut most answers away.
    const bool other = which >= 10 || below(12) == 0;
    ask(filter, which, other ? entries_[below(entries_.size())] : about);
  }
  filter.newest_first = below(2) == 0;
  return filter;
}

bool answers(const EntryFilter& filter, const Entry& entry) {
  return fits(filter.request_id, entry.request_id) && fits(filter.subject, entry.subject) &&
         fits(filter.provider_request_id, entry.provider_request_id) && fits(filter.link_fp, entry.link_fp) &&
         fits(filter.batch, entry.batch) && (!filter.actor || *filter.actor == entry.actor) &&
         (!filter.type || *filter.type == entry.type) && fits(filter.provider, entry.provider) &&
         fits(filter.outcome, entry.outcome) && fits(filter.code, entry.code) &&
         (!filter.from || entry.t >= *filter.from) && (!filter.to || entry.t < *filter.to) &&
         (!filter.from_seq || entry.seq >= *filter.from_seq) &&
         (!filter.to_seq || entry.seq < *filter.to_seq);
}

std::vector<std::int64_t> naive_answer(const EntryFilter& filter, const std::vector<Entry>& entries) {
  std::vector<std::int64_t> seqs;
  for (const Entry& entry : entries) {
    if (answers(filter, entry)) seqs.push_back(entry.seq);
  }
  if (filter.newest_first) std::reverse(seqs.begin(), seqs.end());
  if (filter.after_seq) {
    const auto seen = [&](std::int64_t seq) {
      return filter.newest_first ? seq >= *filter.after_seq : seq <= *filter.after_seq;
    };
    seqs.erase(std::remove_if(seqs.begin(), seqs.end(), seen), seqs.end());
  }
  return seqs;
}

std::string words_of(const EntryFilter& filter) {
  std::string words = filter.newest_first ? "newest" : "oldest";
  const auto add = [&](const char* key, const auto& value) {
    if (value) words += std::string(" ") + key + "=" + std::string(*value);
  };
  const auto named = [](const auto& value) { return value ? std::optional(name(*value)) : std::nullopt; };
  const auto number = [](const std::optional<std::int64_t>& value) {
    return value ? std::optional(std::to_string(*value)) : std::nullopt;
  };
  const auto time = [&](const std::optional<TimePoint>& value) {
    return number(value ? std::optional<std::int64_t>(to_ms(*value)) : std::nullopt);
  };
  add("requestId", filter.request_id);
  add("subject", filter.subject);
  add("providerRequestId", filter.provider_request_id);
  add("linkFp", filter.link_fp);
  add("batch", filter.batch);
  add("actor", filter.actor);
  add("type", named(filter.type));
  add("provider", named(filter.provider));
  add("outcome", named(filter.outcome));
  add("code", named(filter.code));
  add("from", time(filter.from));
  add("to", time(filter.to));
  add("fromSeq", number(filter.from_seq));
  add("toSeq", number(filter.to_seq));
  add("after", number(filter.after_seq));
  return words;
}

}  // namespace latchkey::test

#include "engine/submit.h"

#include "base/crypto.h"
#include "base/ids.h"
#include "base/time_text.h"
#include "engine/record.h"
#include "ledger/commitment.h"

namespace latchkey::engine {
namespace {

using job::Submission;
using ledger::EntryType;

void require_offered(const Context& context, const Submission& submission) {
  const std::string provider(job::name(submission.provider));
  if (!context.settings.of(submission.provider).on) {
    throw InputError("provider_off", "provider",
                     provider + " is off: its key file is missing or empty (see the configuration)");
  }
  if (submission.provider == job::Provider::Nomos && submission.hand_over == job::HandOver::None) {
    throw InputError("no_handover", "handover",
                     "a nomos link needs somebody to take it: use `latchkey send nomos CUSTOMER_ID --wait`, which "
                     "prints the link to the waiting caller (hand-over \"reply\")");
  }
}

std::string payload_mac(const store::Subject& subject, const Submission& submission) {
  return hmac_sha256(subject.salt, job::payload_bytes(submission));
}

// The same requestId again: the same payload is the same job, any other is a conflict.
Submitted repeated(Context& context, job::Job job, const Submission& submission, std::int64_t import) {
  const auto subject = context.store.subject(job.subject);
  if (!subject) {
    throw InputError("request_id_used", "requestId", "was used for a request that has been erased; use a new one");
  }
  const bool same = job.provider == submission.provider && subject->recipient == submission.recipient.normalised &&
                    equal_constant_time(payload_mac(*subject, submission), job.payload_mac);
  if (!same) {
    throw InputError("conflict", "requestId", "is taken by a request with other content; use a new one");
  }
  if (job.import != 0 && job.import != import && context.store.import_is_open(job.import)) {
    job.import = import;  // what an import that died has left becomes part of this one
    job.ready = import == 0 && job.due_at <= context.now.wall;
    context.store.update_job(job);
  }
  return {std::move(job), false};
}

store::Subject subject_of(Context& context, const Submission& submission) {
  auto subject = context.store.find_subject(submission.provider, submission.recipient.normalised);
  if (!subject) {
    subject.emplace();
    subject->id = make_subject_id(context.random);
    subject->provider = submission.provider;
    subject->recipient = submission.recipient.normalised;
    subject->salt = context.random.bytes(32);
  }
  subject->address = submission.recipient.address;
  return *subject;
}

// Fixes dueAt and expiresAt, and refuses at the door what the gate cannot admit in time.
void set_times(Context& context, const Submission& submission, job::Job& job) {
  const TimePoint now = context.now.wall;
  job.lifetime = submission.lifetime.value_or(context.settings.of(submission.provider).link_lifetime);
  job.due_at = submission.at.value_or(now);
  job.expires_at = job.due_at + job.lifetime;
  if (job.expires_at > now) {
    const TimePoint admission = context.forecasts.first_free(job.provider, job.due_at);
    if (submission.pace && admission > job.due_at) {
      job.due_at = admission;
      job.expires_at = job.due_at + job.lifetime;
    } else if (admission >= job.expires_at) {
      throw InputError("cannot_be_fresh", "at",
                       "the provider's limit admits it at " + format_utc(admission) + " at the earliest, and by then "
                       "it would be stale; use that time or later, or let it be paced");
    }
    context.forecasts.take(job.provider, job.due_at);
  }
  job.fresh_until = job.expires_at;
}

ledger::Entry accepted(const Context& context, const job::Job& job, const store::Subject& subject) {
  ledger::Entry entry;
  entry.type = EntryType::JobAccepted;
  entry.actor = context.actor;
  entry.request_id = job.request_id;
  entry.subject = subject.id;
  entry.provider = job.provider;
  if (job.hand_over != job::HandOver::None) entry.hand_over = job.hand_over;
  entry.due_at = job.due_at;
  entry.expires_at = job.expires_at;
  entry.commitment = ledger::recipient_commitment(subject.salt, subject.provider, subject.recipient);
  entry.subject_prev = subject.last_accepted_seq;
  if (!job.batch.empty()) entry.batch = job.batch;
  return entry;
}

}  // namespace

void refuse_as_stale(Context& context, job::Job& job) {
  ledger::Entry entry;
  entry.type = EntryType::JobRefused;
  entry.code = job::Code::ExpiredBeforeSend;
  entry.due_at = job.due_at;
  entry.expires_at = job.expires_at;
  record(context.store, job, std::move(entry));
  job.code = job::Code::ExpiredBeforeSend;
  context.store.update_job(job);
}

Submitted submit(Context& context, const Submission& submission, std::int64_t import) {
  require_offered(context, submission);
  if (!submission.request_id.empty()) {
    if (auto existing = context.store.find_job(submission.request_id)) {
      return repeated(context, std::move(*existing), submission, import);
    }
  }
  job::Job job;
  job.request_id = submission.request_id.empty() ? make_uuid7(context.now.wall, context.random)
                                                 : submission.request_id;
  job.provider = submission.provider;
  job.hand_over = submission.hand_over;
  job.import = import;
  job.created_at = context.now.wall;
  set_times(context, submission, job);
  store::Subject subject = subject_of(context, submission);
  job.subject = subject.id;
  job.payload_mac = payload_mac(subject, submission);
  job.ready = import == 0 && job.due_at <= context.now.wall;

  ledger::Entry entry = accepted(context, job, subject);
  job.last_seq = context.store.append(entry);
  subject.last_accepted_seq = job.last_seq;
  context.store.put_subject(subject);
  context.store.insert_job(job);
  if (context.now.wall >= job.expires_at) refuse_as_stale(context, job);
  return {std::move(job), true};
}

}  // namespace latchkey::engine

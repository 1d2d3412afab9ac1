#include "engine/submit.h"

#include "base/crypto.h"
#include "base/ids.h"
#include "engine/batches.h"
#include "engine/door.h"
#include "engine/record.h"
#include "ledger/commitment.h"

namespace latchkey::engine {
namespace {

using job::Submission;
using ledger::EntryType;

std::string payload_mac(const store::Subject& subject, const Submission& submission) {
  return hmac_sha256(subject.salt, job::payload_bytes(submission));
}

// What an import that died has left becomes part of this one.
Submitted repeated(Context& context, job::Job job, std::int64_t import) {
  if (job.import != 0 && job.import != import && context.store.import_is_open(job.import)) {
    job.import = import;
    job.ready = import == 0 && job.standing.state == job::State::Queued && job.due_at <= context.now.wall;
    context.store.update_job(job);
  }
  return {std::move(job), false};
}

store::Subject subject_of(Context& context, const Submission& submission) {
  auto subject = context.store.find_subject(submission.provider, submission.recipient.normalised);
  if (!subject) {
    subject.emplace();
    subject->id = make_subject_id(context.now.wall, context.random);
    subject->provider = submission.provider;
    subject->recipient = submission.recipient.normalised;
    subject->salt = context.random.bytes(32);
  }
  subject->address = submission.recipient.address;
  if (submission.deliver_to) subject->deliver_to = submission.deliver_to->address;
  return *subject;
}

ledger::Entry accepted(const Context& context, const job::Job& job, const store::Subject& subject,
                       const Submission& submission) {
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
  if (submission.deliver_to) {
    entry.deliver_commitment =
        ledger::deliver_commitment(subject.salt, subject.provider, submission.deliver_to->normalised);
  }
  entry.subject_prev = subject.last_accepted_seq;
  entry.reprocess_of = job.reprocess_of;
  if (!job.batch.empty()) entry.batch = job.batch;
  return entry;
}

}  // namespace

void refuse_as_stale(Context& context, job::Job& job) {
  ledger::Entry entry;
  entry.code = job::Code::ExpiredBeforeSend;
  if (job.unknown_retried) {
    entry.type = EntryType::JobHeld;
  } else {
    entry.type = EntryType::JobRefused;
    entry.due_at = job.due_at;
    entry.expires_at = job.expires_at;
  }
  record(context, job, std::move(entry));
  context.store.update_job(job);
}

Submitted submit(Context& context, const Submission& submission, std::int64_t import) {
  Admittance admittance = admit_at_door(context, submission);
  if (admittance.existing) return repeated(context, std::move(*admittance.existing), import);
  job::Job job;
  job.request_id =
      submission.request_id.empty() ? make_uuid7(context.now.wall, context.random) : submission.request_id;
  job.provider = submission.provider;
  job.hand_over = submission.hand_over;
  job.batch = submission.batch;
  job.reprocess_of = submission.reprocess_of;
  job.import = import;
  job.created_at = context.now.wall;
  job.lifetime = admittance.lifetime;
  job.due_at = admittance.due_at;
  job.expires_at = job.due_at + job.lifetime;
  job.fresh_until = job.expires_at;
  store::Subject subject = subject_of(context, submission);
  job.subject = subject.id;
  job.payload_mac = payload_mac(subject, submission);
  job.ready = import == 0 && job.due_at <= context.now.wall;

  ledger::Entry entry = accepted(context, job, subject, submission);
  job.last_seq = context.store.append(entry);
  subject.last_accepted_seq = job.last_seq;
  context.store.put_subject(subject);
  context.store.insert_job(job);
  if (!job.batch.empty()) moved_in_batch(context, job, std::nullopt, entry.t);
  if (context.now.wall >= job.expires_at) refuse_as_stale(context, job);
  return {std::move(job), true};
}

}  // namespace latchkey::engine

#include "engine/door.h"

#include "base/crypto.h"
#include "base/time_text.h"
#include "ledger/commitment.h"

namespace latchkey::engine {
namespace {

using job::Submission;

// The same requestId again: the same payload is the same job, any other is a conflict.
void require_same(Context& context, const job::Job& job, const Submission& submission) {
  const auto subject = context.store.subject(job.subject);
  if (!subject) {
    throw InputError("request_id_used", "requestId",
                     "was used for a request that has been erased; use a new one");
  }
  const bool same =
      job.provider == submission.provider && subject->recipient == submission.recipient.normalised &&
      equal_constant_time(hmac_sha256(subject->salt, job::payload_bytes(submission)), job.payload_mac);
  if (!same) {
    throw InputError("conflict", "requestId", "is taken by a request with other content; use a new one");
  }
}

void require_not_suppressed(Context& context, const char* field, job::Provider provider,
                            const job::Recipient& recipient) {
  if (!suppressed(context.store, context.settings, provider, recipient.normalised)) return;
  throw InputError("suppressed", field, "was erased and is not to be written to again");
}

void require_not_suppressed(Context& context, const Submission& submission) {
  if (!context.store.has_suppressions()) return;
  const bool mayar = submission.provider == job::Provider::Mayar;
  require_not_suppressed(context, mayar ? "email" : "customerId", submission.provider, submission.recipient);
  // An address is the same person's, whoever would write to it.
  if (submission.deliver_to) {
    require_not_suppressed(context, "deliverTo", job::Provider::Mayar, *submission.deliver_to);
  }
}

// Refuses what the gate cannot admit in time, unless it lets itself be paced.
void fit_to_gate(Context& context, const Submission& submission, Admittance& admittance) {
  const job::Provider provider = submission.provider;
  const int calls = context.settings.calls_of(submission.hand_over);
  if (submission.pace) {
    admittance.due_at = context.forecasts.first_free(provider, admittance.due_at, calls);
  } else if (!context.forecasts.can_be_fresh(provider, admittance.due_at, admittance.lifetime, calls)) {
    const TimePoint free = context.forecasts.first_free(provider, admittance.due_at, calls);
    throw CannotBeFresh("the provider's limit leaves no room for it while it is fresh; there is room at " +
                            format_utc(free) + " at the earliest: use that time, or let it be paced",
                        free);
  }
  context.forecasts.take(provider, admittance.due_at, calls);
}

// A subject has one address for its mails: that of a job which has not ended must stay what it was asked for.
void require_same_address(Context& context, const Submission& submission) {
  if (!submission.deliver_to) return;
  const auto subject = context.store.find_subject(submission.provider, submission.recipient.normalised);
  if (!subject || !subject->deliver_to) return;
  const auto before = job::parse_recipient(job::Provider::Mayar, *subject->deliver_to);
  if (before.normalised == submission.deliver_to->normalised) return;
  for (const job::Job& job : context.store.jobs_of_subject(subject->id)) {
    if (job.hand_over != job::HandOver::Email || job::is_final(job.standing.state)) continue;
    throw InputError(
        "conflict", "deliverTo",
        "another request for this customer (" + job.request_id +
            ") has not ended and mails its link to another address; cancel that one, or wait for its end");
  }
}

}  // namespace

// Who was erased and wants no more mail. Rows hold a hash under each key there was, so that any of ours finds
// it.
bool suppressed(store::Store& store, const Settings& settings, job::Provider provider,
                const std::string& recipient) {
  LATCHKEY_CHECK(settings.fingerprint_keys);
  for (const Secret& key : settings.fingerprint_keys()) {
    if (store.is_suppressed(provider, ledger::suppression_hash(key, provider, recipient))) return true;
  }
  return false;
}

void require_offered(const Context& context, const Submission& submission) {
  if (!context.settings.of(submission.provider).on) {
    throw InputError("provider_off", "provider",
                     std::string(name(submission.provider)) + " is off: " +
                         std::string(job::why_off(submission.provider)) + " (see the configuration)");
  }
  if (submission.provider == job::Provider::Nomos && submission.hand_over == job::HandOver::None) {
    throw InputError(
        "no_handover", "handover",
        "a nomos link needs somebody to take it: \"claim\" (once, over the API), \"email\" (with deliverTo), "
        "or a caller who waits (`latchkey send nomos CUSTOMER_ID --wait`, POST /v1/links)");
  }
  if (submission.hand_over == job::HandOver::Email && !context.settings.mails) {
    throw InputError("no_handover", "handover",
                     "email is off: [smtp] in the configuration names no mail server");
  }
}

Admittance admit_at_door(Context& context, const Submission& submission) {
  Admittance admittance;
  if (!submission.request_id.empty()) {
    admittance.existing = context.store.find_job(submission.request_id);
    if (admittance.existing) {
      require_same(context, *admittance.existing, submission);
      return admittance;
    }
    if (context.store.pruned_job(submission.request_id)) {
      throw InputError("request_id_used", "requestId",
                       "was used for a request that has been pruned since; use a new one");
    }
  }
  require_offered(context, submission);
  require_not_suppressed(context, submission);
  require_same_address(context, submission);
  admittance.lifetime = submission.lifetime.value_or(context.settings.of(submission.provider).link_lifetime);
  admittance.due_at = submission.at.value_or(submission.planned.value_or(context.now.wall));
  // A batch's plan has asked the gate already.
  if (submission.planned) return admittance;
  // What is stale already makes a job that says so; no gate matters to it.
  if (admittance.due_at + admittance.lifetime > context.now.wall) {
    fit_to_gate(context, submission, admittance);
  }
  return admittance;
}

}  // namespace latchkey::engine

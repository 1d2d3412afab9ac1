// What follows from one attempt. Each end is a few entries: the result itself, and where the result alone
// does not say it the entry that ends the job (job.failed, job.held, job.refused).
#include "engine/attempt.h"

#include "engine/batches.h"
#include "engine/operations.h"
#include "engine/record.h"
#include "engine/submit.h"
#include "job/gate.h"
#include "job/retry_policy.h"
#include "ledger/commitment.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::HandOver;
using job::Job;
using job::Outcome;
using job::State;
using ledger::EntryType;

ledger::Entry result_entry(EntryType type, int number, const provider::Result& result,
                           const Secret& fingerprint_key) {
  ledger::Entry entry;
  entry.type = type;
  entry.attempt = number;
  entry.outcome = result.outcome;
  entry.code = result.code;
  if (result.http != 0) entry.http = result.http;
  entry.ms = result.took.count();
  entry.provider_request_id = result.provider_request_id;
  if (!result.link.empty()) entry.link_fp = ledger::link_fingerprint(fingerprint_key, result.link);
  return entry;
}

bool is_final_rejection(Outcome outcome, Code code) {
  if (outcome != Outcome::Rejected) return false;
  switch (code) {
    case Code::EmailNotRegistered:
    case Code::CustomerNotFound:
    case Code::InvalidRequest:
    case Code::Conflict:
    case Code::LinkRejected:
    case Code::AddressMismatch:
      return true;
    default:
      return false;
  }
}

// When a job that was not accepted runs next, or why it does not.
struct Sequel {
  enum class Kind { Again, Fail, Hold } kind = Kind::Again;
  TimePoint at;
  Code code = Code::AttemptsExhausted;
};

Sequel sequel_of(Context& context, Job& job, Outcome outcome, Code code, bool caller_waits) {
  const TimePoint now = context.now.wall;
  // A mail that an earlier call may have sent is not called failed: somebody would send it again.
  const auto no_more = [&](Code why) {
    return Sequel{job.unknown_retried ? Sequel::Kind::Hold : Sequel::Kind::Fail, now, why};
  };
  if (is_final_rejection(outcome, code)) return {Sequel::Kind::Fail, now, code};
  if (outcome == Outcome::Unknown && job.provider == job::Provider::Mayar) {
    if (!context.settings.of(job.provider).retry_unknown_once || job.unknown_retried) {
      return {Sequel::Kind::Hold, now, code};
    }
    job.unknown_retried = true;
  }
  if (job.hand_over == HandOver::Reply && !caller_waits) return {Sequel::Kind::Fail, now, Code::CallerGone};
  if (!job::counts_as_try(outcome, code)) return {Sequel::Kind::Again, now, code};
  ++job.tries;
  const job::RetryPolicy policy = retry_policy_of(context, job);
  if (job.tries >= policy.attempts) return no_more(Code::AttemptsExhausted);
  const TimePoint at = now + job::retry_wait(policy, job.tries, context.random);
  if (at >= job.fresh_until) return no_more(code);  // not planned: it could not start in time
  return {Sequel::Kind::Again, at, code};
}

bool will_run_again(const Context& context, const Job& job, const Sequel& sequel) {
  return sequel.kind == Sequel::Kind::Again && !job.standing.cancel_requested &&
         context.now.wall < job.fresh_until;
}

void follow_up(Context& context, Job& job, const Sequel& sequel) {
  if (job.standing.state == State::Cancelled) return;
  switch (sequel.kind) {
    case Sequel::Kind::Fail:
      record(context, job, EntryType::JobFailed, sequel.code);
      return;
    case Sequel::Kind::Hold:
      record(context, job, EntryType::JobHeld, sequel.code);
      return;
    case Sequel::Kind::Again:
      job.due_at = sequel.at;
      job.ready = sequel.at <= context.now.wall;
      if (context.now.wall >= job.fresh_until) refuse_as_stale(context, job);
  }
}

void apply_to_gate(Context& context, const Job& job, const provider::Result& result,
                   CredentialHistory& history) {
  if (result.wait) {
    job::Gate gate = context.store.gate(job.provider);
    job::hold_back(gate, context.now.wall + *result.wait);
    context.store.put_gate(gate);
  }
  bool pause = result.pause;
  // Tokens are numbered as they are obtained. Calls that were under way with the one refused before, or an
  // older one, say nothing new: theirs is the same fault, not a second one.
  if (result.credential > history.refused) {
    if (result.code == Code::Unauthorized) {
      // A fresh access token was refused too: asking for a third one would not help.
      pause = pause || history.in_a_row;
      history = {result.credential, true};
    } else if (result.http != 0) {
      history.in_a_row = false;
    }
  }
  if (pause) pause_automatically(context, job.provider, result.code.value_or(Code::Unauthorized));
}

}  // namespace

void apply_result(Context& context, Job& job, const Instant& intent, const provider::Result& result,
                  const Secret& fingerprint_key, CredentialHistory& credentials, HandOvers& hand_overs) {
  ledger::Entry entry = result_entry(EntryType::AttemptResult, job.attempts, result, fingerprint_key);
  if (result.outcome == Outcome::Accepted) {
    const bool link = job.hand_over != HandOver::None;
    if (link) entry.link_expires_at = intent.wall + context.settings.of(job.provider).link_lifetime;
    record(context, job, std::move(entry));
    if (link) hand_overs.begin(context, job, result, intent);
  } else {
    const Code code = result.code.value_or(Code::BadAnswer);
    const Sequel sequel =
        sequel_of(context, job, result.outcome, code, hand_overs.caller_waits(job.request_id));
    if (will_run_again(context, job, sequel)) entry.due_at = sequel.at;
    record(context, job, std::move(entry));
    follow_up(context, job, sequel);
    hand_overs.tell_caller(job);
  }
  apply_to_gate(context, job, result, credentials);
  context.store.update_job(job);
}

void apply_late(Context& context, Job& job, int number, const provider::Result& result,
                const Secret& fingerprint_key, CredentialHistory& credentials) {
  record(context, job, result_entry(EntryType::AttemptLate, number, result, fingerprint_key));
  apply_to_gate(context, job, result, credentials);
  context.store.update_job(job);
}

void end_without_caller(Context& context, Job& job, Code code, HandOvers& hand_overs) {
  record(context, job, job.attempts == 0 ? EntryType::JobCancelled : EntryType::JobFailed, code);
  hand_overs.tell_caller(job);
  context.store.update_job(job);
}

void apply_abandoned(Context& context, Job& job, Code code, HandOvers& hand_overs) {
  if (job.standing.step != job::Step::Calling) return hand_overs.abandon(context, job, code);
  provider::Result unknown;
  unknown.outcome = Outcome::Unknown;
  unknown.code = code;
  CredentialHistory nothing;
  apply_result(context, job, context.now, unknown, Secret(), nothing, hand_overs);
}

}  // namespace latchkey::engine

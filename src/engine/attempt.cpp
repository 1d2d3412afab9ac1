// What follows from one attempt. Each end is a few entries: the result itself, and where the result alone
// does not say it the entry that ends the job (job.failed, job.held, job.refused).
#include "engine/attempt.h"

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

void end(Context& context, Job& job, EntryType type, Code code) {
  ledger::Entry entry;
  entry.type = type;
  entry.code = code;
  record(context.store, job, std::move(entry));
  job.code = code;
}

bool is_final_rejection(Outcome outcome, Code code) {
  if (outcome != Outcome::Rejected) return false;
  switch (code) {
    case Code::EmailNotRegistered:
    case Code::CustomerNotFound:
    case Code::InvalidRequest:
    case Code::Conflict:
    case Code::LinkRejected:
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
  if (job.tries >= context.settings.retry.attempts) return no_more(Code::AttemptsExhausted);
  const TimePoint at = now + job::retry_wait(context.settings.retry, job.tries, context.random);
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
      return end(context, job, EntryType::JobFailed, sequel.code);
    case Sequel::Kind::Hold:
      return end(context, job, EntryType::JobHeld, sequel.code);
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

// A minted link: to the caller who waits, and otherwise nowhere.
void hand_over(Context& context, Job& job, const provider::Result& result, TimePoint link_expires_at,
               handover::ReplyDesk& desk, std::vector<Delivery>& deliveries) {
  if (!desk.waiting(job.request_id)) {
    end(context, job, EntryType::JobFailed, Code::CallerGone);
    return tell_caller(job, deliveries);
  }
  ledger::Entry intent;
  intent.type = EntryType::HandoverIntent;
  intent.attempt = job.attempts;
  intent.hand_over = job.hand_over;
  intent.link_expires_at = link_expires_at;
  record(context.store, job, std::move(intent));
  handover::Reply reply;
  reply.link = result.link.copy();  // the result must stay whole in case this turn has to be run again
  reply.attempt = job.attempts;
  reply.link_expires_at = link_expires_at;
  reply.state = job.standing.state;
  deliveries.push_back({job.request_id, job.attempts, std::move(reply)});
}

}  // namespace

void tell_caller(const Job& job, std::vector<Delivery>& deliveries) {
  if (job.hand_over != HandOver::Reply) return;
  if (!job::is_final(job.standing.state) && job.standing.state != State::Held) return;
  handover::Reply reply;
  reply.state = job.standing.state;
  reply.code = job.code;
  deliveries.push_back({job.request_id, job.attempts, std::move(reply)});
}

void apply_result(Context& context, Job& job, TimePoint intent_at, const provider::Result& result,
                  const Secret& fingerprint_key, handover::ReplyDesk& desk, CredentialHistory& credentials,
                  std::vector<Delivery>& deliveries) {
  ledger::Entry entry = result_entry(EntryType::AttemptResult, job.attempts, result, fingerprint_key);
  job.outcome = result.outcome;
  job.code = result.code;
  if (result.outcome == Outcome::Accepted) {
    const TimePoint link_expires_at = intent_at + context.settings.of(job.provider).link_lifetime;
    if (job.hand_over != HandOver::None) entry.link_expires_at = link_expires_at;
    record(context.store, job, std::move(entry));
    if (job.hand_over != HandOver::None) hand_over(context, job, result, link_expires_at, desk, deliveries);
  } else {
    const Code code = result.code.value_or(Code::BadAnswer);
    const Sequel sequel = sequel_of(context, job, result.outcome, code, desk.waiting(job.request_id));
    if (will_run_again(context, job, sequel)) entry.due_at = sequel.at;
    record(context.store, job, std::move(entry));
    follow_up(context, job, sequel);
    tell_caller(job, deliveries);
  }
  apply_to_gate(context, job, result, credentials);
  context.store.update_job(job);
}

void apply_late(Context& context, Job& job, int number, const provider::Result& result,
                const Secret& fingerprint_key, CredentialHistory& credentials) {
  const bool was_open = !job::is_final(job.standing.state);
  record(context.store, job, result_entry(EntryType::AttemptLate, number, result, fingerprint_key));
  if (was_open && job.standing.state == State::Done) {
    job.outcome = result.outcome;
    job.code = result.code;
  }
  apply_to_gate(context, job, result, credentials);
  context.store.update_job(job);
}

void apply_handed_over(Context& context, Job& job, Outcome outcome) {
  ledger::Entry entry;
  entry.type = EntryType::HandoverResult;
  entry.attempt = job.attempts;
  entry.hand_over = job.hand_over;
  entry.outcome = outcome;
  if (outcome != Outcome::Accepted) entry.code = Code::CallerGone;
  record(context.store, job, std::move(entry));
  job.outcome = outcome;
  if (outcome != Outcome::Accepted) end(context, job, EntryType::JobFailed, Code::CallerGone);
  context.store.update_job(job);
}

void end_without_caller(Context& context, Job& job, Code code, std::vector<Delivery>& deliveries) {
  end(context, job, job.attempts == 0 ? EntryType::JobCancelled : EntryType::JobFailed, code);
  tell_caller(job, deliveries);
  context.store.update_job(job);
}

void apply_abandoned(Context& context, Job& job, Code code, handover::ReplyDesk& desk,
                     std::vector<Delivery>& deliveries) {
  if (job.standing.step == job::Step::Calling) {
    provider::Result unknown;
    unknown.outcome = Outcome::Unknown;
    unknown.code = code;
    CredentialHistory nothing;
    return apply_result(context, job, context.now.wall, unknown, Secret(), desk, nothing, deliveries);
  }
  if (job.standing.step == job::Step::HandingOver) {
    ledger::Entry entry;
    entry.type = EntryType::HandoverResult;
    entry.attempt = job.attempts;
    entry.hand_over = job.hand_over;
    entry.outcome = Outcome::Unknown;
    entry.code = code;
    record(context.store, job, std::move(entry));
    job.outcome = Outcome::Unknown;
  }
  // The caller may have the link: nothing more is minted for this job until a person has looked.
  end(context, job, EntryType::JobHeld, code);
  tell_caller(job, deliveries);
  context.store.update_job(job);
}

}  // namespace latchkey::engine

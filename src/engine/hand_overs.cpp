// How links reach their customers. A reply goes to a caller who waits on a thread; its end comes back through
// the inbox. A claimed link waits from its handover.intent until link.claimed or link.expired. A mailed one
// has an intent and a result for each mail, and waits between two of them. What a job's row says counts, not
// what is kept in memory: the row is part of the turn's transaction, and memory changes only after its
// commit.
#include "engine/hand_overs.h"

#include "engine/record.h"
#include "job/retry_policy.h"

namespace latchkey::engine {
namespace {

using handover::WaitingLink;
using job::Code;
using job::HandOver;
using job::Job;
using job::Outcome;
using job::State;
using job::Step;
using ledger::EntryType;
using Stage = WaitingLink::Stage;

// Links that one turn looks at: what is left is due at once, in the next.
constexpr std::size_t kLinksPerTurn = 1000;

ledger::Entry entry_of(const Job& job, EntryType type) {
  ledger::Entry entry;
  entry.type = type;
  entry.attempt = job.attempts;
  entry.hand_over = job.hand_over;
  return entry;
}

void record_intent(Context& context, Job& job, TimePoint link_expires_at) {
  ledger::Entry intent = entry_of(job, EntryType::HandoverIntent);
  intent.link_expires_at = link_expires_at;
  if (job.hand_over == HandOver::Email) {
    intent.address_check = context.settings.verify_address ? "matched" : "off";
  }
  record(context, job, std::move(intent));
}

void record_result(Context& context, Job& job, Outcome outcome, std::optional<Code> code) {
  ledger::Entry result = entry_of(job, EntryType::HandoverResult);
  result.outcome = outcome;
  result.code = code;
  record(context, job, std::move(result));
}

void record_expired(Context& context, Job& job) {
  ledger::Entry expired = entry_of(job, EntryType::LinkExpired);
  expired.code = Code::LinkExpired;
  record(context, job, std::move(expired));
}

bool is_running(const std::optional<Job>& job, Step step) {
  return job && job->standing.state == State::Running && job->standing.step == step;
}

}  // namespace

void HandOvers::begin(Context& context, Job& job, const provider::Result& result, const Instant& intent) {
  const Millis life = context.settings.of(job.provider).link_lifetime;
  WaitingLink link;
  link.link = result.link.copy();  // the result must stay whole in case this turn has to be run again
  link.attempt = job.attempts;
  link.expires_at = intent.wall + life;
  link.boot_expires = intent.boot + life;
  const bool reply = job.hand_over == HandOver::Reply;
  if (link.over(context.now) || (!reply && job.standing.cancel_requested)) {
    record(context, job, EntryType::JobFailed, Code::LinkExpired);
    return tell_caller(job);
  }
  if (reply) return reply_to_caller(context, job, std::move(link.link), link.expires_at);
  if (job.hand_over == HandOver::Claim) {
    record_intent(context, job, link.expires_at);
  } else {
    link.stage = Stage::Mailer;
    begin_mail(context, job, link);
  }
  kept_.push_back({job.request_id, std::move(link)});
}

void HandOvers::reply_to_caller(Context& context, Job& job, Secret link, TimePoint link_expires_at) {
  if (!caller_waits(job.request_id)) {
    record(context, job, EntryType::JobFailed, Code::CallerGone);
    return tell_caller(job);
  }
  record_intent(context, job, link_expires_at);
  handover::Reply reply;
  reply.link = std::move(link);
  reply.attempt = job.attempts;
  reply.link_expires_at = link_expires_at;
  reply.state = job.standing.state;
  deliveries_.push_back({job.request_id, job.attempts, std::move(reply)});
}

void HandOvers::begin_mail(Context& context, Job& job, const WaitingLink& link) {
  if (idle_mailers_ == 0) return;
  --idle_mailers_;
  const auto subject = context.store.subject(job.subject);
  LATCHKEY_CHECK(subject && subject->deliver_to);  // nobody is erased while a job of theirs runs
  record_intent(context, job, link.expires_at);
  Mailing mailing;
  mailing.mail.request_id = job.request_id;
  mailing.mail.attempt = link.attempt;
  mailing.mail.to = *subject->deliver_to;
  mailing.mail.link = link.link.copy();
  mailing.mail.link_expires_at = link.expires_at;
  mailing.number = link.mails + 1;
  mailings_.push_back(std::move(mailing));
  moves_.push_back({job.request_id, Stage::Mailing, context.now.boot + context.settings.mail_deadline});
}

void HandOvers::tell_caller(const Job& job) {
  if (job.hand_over != HandOver::Reply) return;
  if (!job::is_final(job.standing.state) && job.standing.state != State::Held) return;
  handover::Reply reply;
  reply.state = job.standing.state;
  reply.code = job.code;
  deliveries_.push_back({job.request_id, job.attempts, std::move(reply)});
}

void HandOvers::replied(Context& context, Job& job, Outcome outcome) {
  const bool written = outcome == Outcome::Accepted;
  record_result(context, job, outcome, written ? std::nullopt : std::optional(Code::CallerGone));
  if (!written) record(context, job, EntryType::JobFailed, Code::CallerGone);
  context.store.update_job(job);
}

void HandOvers::mailed(Context& context, const MailKey& mail, const handover::MailResult& result) {
  const WaitingLink* link = links_.find(mail.request_id);
  if (link == nullptr || link->stage != Stage::Mailing) return;
  if (link->attempt != mail.attempt || link->mails != mail.number) return;
  auto job = context.store.find_job(mail.request_id);
  if (is_running(job, Step::HandingOver)) end_mail(context, *job, *link, result);
}

void HandOvers::end_mail(Context& context, Job& job, const WaitingLink& link,
                         const handover::MailResult& result) {
  record_result(context, job, result.outcome, result.code);
  switch (result.outcome) {
    case Outcome::Accepted:
      drop(job.request_id);
      break;
    case Outcome::NotSent:
    case Outcome::Throttled: {
      const Millis wait = job::retry_wait(context.settings.retry, link.mails, context.random);
      const Instant again{context.now.wall + wait, context.now.boot + wait};
      if (link.over(again) || job.standing.cancel_requested) {
        end_link(context, job, result.code.value_or(Code::SmtpDeferred));
      } else {
        moves_.push_back({job.request_id, Stage::Planned, again.boot});
      }
      break;
    }
    case Outcome::Rejected:
      end_link(context, job, result.code.value_or(Code::SmtpRefused));
      break;
    case Outcome::Unknown:
      record(context, job, EntryType::JobHeld, result.code.value_or(Code::SmtpUnknown));
      drop(job.request_id);
      break;
  }
  context.store.update_job(job);
}

void HandOvers::end_link(Context& context, Job& job, Code code) {
  record(context, job, EntryType::JobFailed, code);
  drop(job.request_id);
}

void HandOvers::look_after(Context& context, bool clock_was_set) {
  std::vector<std::string> due = links_.due(context.now.boot);
  if (due.size() > kLinksPerTurn) due.resize(kLinksPerTurn);
  for (const std::string& request_id : due) look_at(context, request_id);
  if (clock_was_set) {
    for (const std::string& request_id : links_.over(context.now)) look_at(context, request_id);
  }
  for (const std::string& request_id : links_.for_mailer(static_cast<std::size_t>(idle_mailers_))) {
    const WaitingLink& link = *links_.find(request_id);
    auto job = context.store.find_job(request_id);
    // Ended by this very turn, or left for the next because so many are due.
    if (!is_running(job, Step::None) || link.over(context.now)) continue;
    begin_mail(context, *job, link);
    context.store.update_job(*job);
  }
}

void HandOvers::look_at(Context& context, const std::string& request_id) {
  const WaitingLink& link = *links_.find(request_id);
  auto job = context.store.find_job(request_id);
  if (!job || job->standing.state != State::Running || job->attempts != link.attempt) return drop(request_id);
  const bool handing_over = job->standing.step == Step::HandingOver;
  switch (link.stage) {
    case Stage::Claim:
      LATCHKEY_CHECK(handing_over);
      record_expired(context, *job);
      drop(request_id);
      break;
    case Stage::Mailing:
      if (!handing_over || context.now.boot < link.boot_until) return;  // its mailer is back, or may come
      return end_mail(context, *job, link, {});
    case Stage::Mailer:
    case Stage::Planned:
      LATCHKEY_CHECK(!handing_over);
      if (link.over(context.now)) {
        end_link(context, *job, link.mails > 0 ? Code::SmtpDeferred : Code::LinkExpired);
      } else if (idle_mailers_ > 0) {
        begin_mail(context, *job, link);
      } else {
        moves_.push_back({request_id, Stage::Mailer});
      }
      break;
  }
  context.store.update_job(*job);
}

void HandOvers::end_cancelled(Context& context) {
  if (links_.size() + kept_.size() == 0) return;
  for (Job& job : context.store.cancelled_running_jobs()) {
    const WaitingLink* link = find(job.request_id);
    if (link == nullptr) continue;  // its call is under way, or a caller is being answered
    if (link->stage == Stage::Claim && job.standing.step == Step::HandingOver) {
      record_expired(context, job);
      drop(job.request_id);
    } else if (job.standing.step == Step::None) {
      end_link(context, job, Code::LinkExpired);
    } else {
      continue;  // its mail is under way
    }
    context.store.update_job(job);
  }
}

const WaitingLink* HandOvers::find(const std::string& request_id) const {
  for (const Kept& kept : kept_) {
    if (kept.request_id == request_id) return &kept.link;
  }
  return links_.find(request_id);
}

void HandOvers::abandon(Context& context, Job& job, Code code) {
  const bool under_way = job.standing.step == Step::HandingOver;
  if (job.hand_over == HandOver::Claim || (job.hand_over == HandOver::Email && !under_way)) {
    // Nobody has had the link, and the process that had it is gone.
    if (under_way) {
      record_expired(context, job);
    } else {
      record(context, job, EntryType::JobFailed, Code::LinkExpired);
    }
  } else {
    // Somebody may have the link: nothing more is minted for this job until a person has looked.
    if (job.hand_over == HandOver::Email) code = Code::SmtpUnknown;
    if (under_way) record_result(context, job, Outcome::Unknown, code);
    record(context, job, EntryType::JobHeld, code);
    tell_caller(job);
  }
  drop(job.request_id);
  context.store.update_job(job);
}

void HandOvers::carry_out(Couriers& couriers) {
  for (Kept& kept : kept_) links_.keep(kept.request_id, std::move(kept.link));
  for (const Move& move : moves_) links_.move(move.request_id, move.stage, move.boot_until);
  for (const std::string& request_id : dropped_) links_.drop(request_id);
  for (Mailing& mailing : mailings_) couriers.mail(std::move(mailing));
}

}  // namespace latchkey::engine

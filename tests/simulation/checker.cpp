#include "simulation/checker.h"

#include "job/life.h"

namespace latchkey::test {
namespace {

using job::HandOver;
using job::Outcome;
using job::State;
using job::Step;
using ledger::EntryType;

// Entry times never decrease: while the clock lags behind, `clock` says what it showed.
bool is_at_or_after(const ledger::Entry& entry, TimePoint time) {
  return entry.clock.value_or(entry.t) >= time;
}

}  // namespace

void Checker::look(store::Store& store, const Moment& moment) {
  std::set<std::string> touched;
  const std::int64_t before = next_seq_;
  while (const auto bytes = store.entry(next_seq_)) {
    const ledger::Entry entry = ledger::decode(*bytes);
    if (ledger::encode(entry) != *bytes) broken("an entry is not in canonical form");
    if (entry.seq != next_seq_) broken("an entry's seq is not its place");
    if (entry.t < last_time_) broken("entry times decrease");
    last_time_ = entry.t;
    ++next_seq_;
    count(std::string(name(entry.type)));
    read(entry, moment);
    if (entry.request_id) touched.insert(*entry.request_id);
  }
  for (const std::string& id : touched) compare(store, id);
  if (next_seq_ != before) check_boundary();
  for (const std::string& subject : erased_now_) {
    if (store.subject(subject)) broken("somebody who was erased is still known");
  }
  erased_now_.clear();
  denials.looked();
  if (next_seq_ != before || outbox.moved()) outbox.look(store, moment);
  for (const std::string& id : acknowledged_) {
    if (!jobs_.contains(id)) broken("an acknowledged job is lost", id);
  }
}

void Checker::compare(store::Store& store, const std::string& id) const {
  const auto job = store.find_job(id);
  if (!job) broken("a job with entries has no row", id);
  const History& history = jobs_.at(id);
  if (!(job->standing == history.standing)) broken("a job's state is not what its entries lead to", id);
  if (job->last_seq != history.last_seq) broken("a job's last_seq is not its last entry", id);
  if (job->attempts != history.intents) broken("a job's attempts are not its intents", id);
  const int open = history.intents - history.results;
  if (open != (job->standing.step == Step::Calling ? 1 : 0))
    broken("an intent without exactly one result", id);
  const int handing_over = history.hand_overs - history.hand_over_ends;
  if (handing_over != (job->standing.step == Step::HandingOver ? 1 : 0))
    broken("a hand-over without exactly one end", id);
  const bool decided = job::is_final(job->standing.state) || job->standing.state == State::Held;
  if (history.mail_unknown && !decided) broken("a mail of unknown fate does not hold its job", id);
}

// Whatever a process leaves open gets its end with its last entry, or with the next process's first.
void Checker::check_boundary() {
  for (const std::string& id : open_) {
    if (jobs_.at(id).intent_seq < boundary_seq_) broken("a call or hand-over has outlived its process", id);
  }
}

void Checker::read(const ledger::Entry& entry, const Moment& moment) {
  switch (entry.type) {
    case EntryType::JobAccepted:
      return accept(entry);
    case EntryType::DaemonStop:
      denials.stopped();
      boundary_seq_ = entry.seq;
      return;
    case EntryType::DaemonStart:
      boundary_seq_ = entry.seq;
      return;
    case EntryType::AuthDenied:
      return denials.entry(entry, moment.elapsed);
    case EntryType::SubjectErased:
      check_erased(*entry.subject);
      erased_.insert(*entry.subject);
      erased_now_.insert(*entry.subject);
      return;
    default:
      break;
  }
  if (!entry.request_id) return;
  const auto job = jobs_.find(*entry.request_id);
  if (job == jobs_.end()) broken("an entry of a job that was never accepted", *entry.request_id);
  if (erased_.contains(job->second.subject) && entry.type != EntryType::AttemptLate)
    broken("something was done for somebody who was erased", *entry.request_id);
  follow(job->second, entry);
}

void Checker::accept(const ledger::Entry& entry) {
  const std::string& id = *entry.request_id;
  if (jobs_.contains(id)) broken("a job was accepted twice", id);
  if (erased_.contains(*entry.subject)) broken("a job was accepted for somebody who was erased", id);
  History& history = jobs_[id];
  history.last_seq = entry.seq;
  history.due_at = entry.due_at.value();
  history.expires_at = entry.expires_at.value();
  history.provider = entry.provider.value();
  history.hand_over = entry.hand_over.value_or(HandOver::None);
  history.subject = *entry.subject;
}

void Checker::check_erased(const std::string& subject) const {
  for (const auto& [id, history] : jobs_) {
    if (history.subject == subject && !job::is_final(history.standing.state))
      broken("somebody was erased whose job had not ended", id);
  }
}

void Checker::follow(History& history, const ledger::Entry& entry) {
  const std::string& id = *entry.request_id;
  if (entry.prev != history.last_seq) broken("a back link that leads elsewhere", id);
  history.last_seq = entry.seq;
  const job::Standing before = history.standing;
  const auto next = job::next(before, {entry.type, entry.outcome, history.hand_over});
  if (!next) broken("an entry that the table does not allow: " + std::string(name(entry.type)), id);
  // As it was before the entry.
  if (entry.type == EntryType::HandoverIntent) check_hand_over(history, entry);
  history.standing = *next;
  if (next->state != before.state) outbox.reached(id, next->state);
  const bool is_open = next->step == Step::Calling || next->step == Step::HandingOver;
  const bool was_open = before.step == Step::Calling || before.step == Step::HandingOver;
  if (is_open && !was_open) history.intent_seq = entry.seq;
  if (is_open) open_.insert(id);
  if (!is_open) open_.erase(id);
  switch (entry.type) {
    case EntryType::AttemptIntent:
      return check_intent(history, entry);
    case EntryType::AttemptResult:
      ++history.results;
      if (entry.attempt != history.intents) broken("a result of another attempt than the open one", id);
      if (entry.outcome == Outcome::Unknown) ++history.unknown;
      if (entry.link_expires_at) history.link_expires_at = *entry.link_expires_at;
      return;
    case EntryType::AttemptLate:
      if (entry.attempt.value() > history.intents) broken("a late answer to no attempt", id);
      return;
    case EntryType::JobReleased:
      ++history.repeats_allowed;
      if (history.mail_unknown) count("released after a mail of unknown fate");
      history.hand_over_begun = false;
      history.mail_unknown = false;
      return;
    case EntryType::JobRefused:
    case EntryType::JobFailed:
      return check_given_up(history, entry);
    case EntryType::HandoverResult:
      ++history.hand_over_ends;
      if (history.hand_over == HandOver::Claim) broken("a waiting claim ended with handover.result", id);
      if (history.hand_over == HandOver::Email && entry.outcome == Outcome::Unknown)
        history.mail_unknown = true;
      count(std::string(name(history.hand_over)) + " " + std::string(name(entry.outcome.value())));
      return;
    case EntryType::LinkExpired:
      ++history.hand_over_ends;
      return;
    case EntryType::LinkClaimed:
      ++history.hand_over_ends;
      if (is_at_or_after(entry, history.link_expires_at))
        broken("a link was claimed after linkExpiresAt", id);
      return;
    default:
      return;
  }
}

void Checker::check_hand_over(History& history, const ledger::Entry& entry) {
  const std::string& id = *entry.request_id;
  ++history.hand_overs;
  history.hand_over_begun = true;
  if (history.mail_unknown) broken("a hand-over was begun after a mail of unknown fate", id);
  if (history.standing.cancel_requested && history.hand_over != HandOver::Reply)
    broken("a hand-over was begun although a person had cancelled the job", id);
  if (entry.attempt != history.intents) broken("a hand-over of another attempt than the last", id);
  if (entry.link_expires_at != history.link_expires_at) broken("a hand-over tells another linkExpiresAt", id);
  if (is_at_or_after(entry, history.link_expires_at)) broken("a hand-over was begun after linkExpiresAt", id);
  if (history.hand_over != HandOver::Email) return;
  if (entry.address_check != (settings_.verify_address ? "matched" : "off"))
    broken("a mail does not say whether its address was looked up", id);
}

void Checker::check_intent(History& history, const ledger::Entry& entry) {
  const std::string& id = *entry.request_id;
  ++history.intents;
  if (history.link_expires_at != TimePoint()) count("minted again");
  if (entry.attempt != history.intents) broken("attempts are not numbered from 1", id);
  if (entry.t >= history.expires_at && !entry.clock) broken("a stale job was taken", id);
  if (history.hand_over_begun) broken("a second mint after a hand-over was begun", id);
  if (history.provider == job::Provider::Mayar) {
    const int allowed = history.repeats_allowed + (settings_.of(history.provider).retry_unknown_once ? 1 : 0);
    if (history.unknown > allowed) broken("a call was repeated blindly after an unknown outcome", id);
  }
}

// Whoever reads "stale" or "failed" sends again. What may have been sent is for a person to look at.
void Checker::check_given_up(const History& history, const ledger::Entry& entry) const {
  if (history.provider != job::Provider::Mayar || history.unknown <= history.repeats_allowed) return;
  if (entry.code == job::Code::InvalidRequest) return;  // it could not have been sent by any call
  broken("a mail that may have been sent was given up without a person", *entry.request_id);
}

void Checker::pass_time(TimePoint wall, Millis elapsed) {
  for (auto& [id, history] : jobs_) {
    if (!history.due_since && history.due_at <= wall) history.due_since = elapsed;
  }
}

void Checker::dispatched(store::Store& store, const engine::Attempt& attempt, const Moment& moment) {
  const std::string& id = attempt.request_id;
  const auto job = store.find_job(id);
  if (!job || job->standing.step != Step::Calling || job->attempts != attempt.number) {
    broken("a call was dispatched before its intent was durable", id);
  }
  const bool asks = job->hand_over == HandOver::Email && settings_.verify_address;
  if (asks != attempt.expect_email.has_value()) broken("a call does not ask for the right address", id);
  if (asks && addresses_.contains(id) && *attempt.expect_email != addresses_.at(id))
    broken("a call asks for another address than its request named", id);
  const job::Gate gate = store.gate(attempt.provider);
  if (gate.paused) broken("a call to a paused provider", id);
  if (gate.wait_until && moment.now.wall < *gate.wait_until) broken("a call before the provider lets us", id);
  auto& last = last_admission_.at(static_cast<std::size_t>(attempt.provider));
  const auto interval = settings_.of(attempt.provider).rate.interval;
  if (last && moment.elapsed - last->elapsed + Millis(1) + unseen_ < interval * last->calls) {
    broken("the gate let more go than the rate says", id);
  }
  last = {moment.elapsed, asks ? 2 : 1};
}

void Checker::clock_was_set_unseen() {
  last_admission_ = {};
  for (auto& [id, history] : jobs_) history.due_since.reset();
}

void Checker::wire(const Wire& wire) {
  if (!wires_.insert({wire.request_id, wire.attempt}).second) {
    broken("one attempt reached the wire twice", wire.request_id);
  }
  const auto job = jobs_.find(wire.request_id);
  if (job == jobs_.end() || job->second.intents < wire.attempt)
    broken("a call without an intent", wire.request_id);
  const History& history = job->second;
  if (wire.wall >= history.expires_at) broken("a call after expiresAt", wire.request_id);
  if (history.due_since &&
      wire.elapsed - *history.due_since >= history.expires_at - history.due_at + unseen_) {
    broken("a call after its time had run out, since the clock was set back", wire.request_id);
  }
}

void Checker::replied(store::Store& store, const std::string& id, const std::string& link,
                      const Moment& moment) {
  look(store, moment);
  if (!jobs_.at(id).hand_over_begun) broken("a link was handed over without an intent", id);
  links.to_caller(id, link, moment);
}

void Checker::claimed(store::Store& store, const std::string& id, const std::string& link,
                      const Moment& moment) {
  look(store, moment);
  const History& history = jobs_.at(id);
  if (history.standing.state != State::Done || history.hand_over != HandOver::Claim)
    broken("a claim was answered before it was durable", id);
  links.to_claimer(id, link, moment);
}

void Checker::mail_begun(store::Store& store, const engine::Mailing& mailing, const Moment& moment) {
  look(store, moment);
  const std::string& id = mailing.mail.request_id;
  const History& history = jobs_.at(id);
  if (history.standing.step != Step::HandingOver || history.hand_over != HandOver::Email)
    broken("a mail was begun before its intent was durable", id);
  if (addresses_.contains(id) && mailing.mail.to != addresses_.at(id))
    broken("a link is mailed to another address than its request named", id);
  links.mail_begun(mailing, moment);
}

void Checker::post_begun(store::Store& store, const store::Event& event, const Moment& moment) {
  outbox.look_again();  // a lease is nothing that the ledger shows
  look(store, moment);
  outbox.post_begun(event, moment);
}

void Checker::link_is_kept(const std::string& id, const handover::WaitingLink& link,
                           const Moment& moment) const {
  const History& history = jobs_.at(id);
  if (history.standing.state != State::Running) broken("the link of a job that has ended is kept", id);
  if (link.stage == handover::WaitingLink::Stage::Mailing) return;  // until its mail is back
  if (history.standing.cancel_requested) broken("the link of a cancelled job is kept", id);
  if (moment.now.boot >= link.boot_expires) broken("a link is kept although its time is over", id);
}

void Checker::process_ended() {
  links.process_ended();
  outbox.process_ended();
  denials.process_ended();
}

void Checker::finished(store::Store& store, const Moment& moment) {
  look(store, moment);
  outbox.finished();
  denials.finished();
  for (const auto& [id, history] : jobs_) {
    if (!job::is_final(history.standing.state) && history.standing.state != State::Held) {
      broken("a job never came to an end", id);
    }
    count("state " + std::string(name(history.standing.state)));
    if (history.hand_over != HandOver::None)
      count(std::string(name(history.hand_over)) + " " + std::string(name(history.standing.state)));
  }
}

}  // namespace latchkey::test

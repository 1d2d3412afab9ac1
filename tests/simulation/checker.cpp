#include "simulation/checker.h"

#include <stdexcept>

#include "job/life.h"

namespace latchkey::test {
namespace {

using ledger::EntryType;

[[noreturn]] void broken(const std::string& what, const std::string& request_id = {}) {
  throw std::logic_error(what + (request_id.empty() ? "" : " (requestId " + request_id + ")"));
}

}  // namespace

void Checker::look(store::Store& store) {
  std::set<std::string> touched;
  while (const auto bytes = store.entry(next_seq_)) {
    const ledger::Entry entry = ledger::decode(*bytes);
    if (ledger::encode(entry) != *bytes) broken("an entry is not in canonical form");
    if (entry.seq != next_seq_) broken("an entry's seq is not its place");
    if (entry.t < last_time_) broken("entry times decrease");
    last_time_ = entry.t;
    ++next_seq_;
    ++counts_[std::string(name(entry.type))];
    if (entry.request_id) {
      read(entry);
      touched.insert(*entry.request_id);
    }
  }
  for (const std::string& id : touched) {
    const auto job = store.find_job(id);
    if (!job) broken("a job with entries has no row", id);
    const History& history = jobs_.at(id);
    if (!(job->standing == history.standing)) broken("a job's state is not what its entries lead to", id);
    if (job->last_seq != history.last_seq) broken("a job's last_seq is not its last entry", id);
    if (job->attempts != history.intents) broken("a job's attempts are not its intents", id);
    const int open = history.intents - history.results;
    const bool calling = job->standing.step == job::Step::Calling;
    if (open != (calling ? 1 : 0)) broken("an intent without exactly one result", id);
  }
  for (const std::string& id : acknowledged_) {
    if (!jobs_.contains(id)) broken("an acknowledged job is lost", id);
  }
}

void Checker::read(const ledger::Entry& entry) {
  const std::string& id = *entry.request_id;
  if (entry.type == EntryType::JobAccepted) {
    if (jobs_.contains(id)) broken("a job was accepted twice", id);
    History& history = jobs_[id];
    history.last_seq = entry.seq;
    history.due_at = entry.due_at.value();
    history.expires_at = entry.expires_at.value();
    history.provider = entry.provider.value();
    history.hand_over = entry.hand_over.value_or(job::HandOver::None);
    return;
  }
  if (!jobs_.contains(id)) broken("an entry of a job that was never accepted", id);
  follow(jobs_.at(id), entry);
}

void Checker::follow(History& history, const ledger::Entry& entry) {
  const std::string& id = *entry.request_id;
  if (entry.prev != history.last_seq) broken("a back link that leads elsewhere", id);
  history.last_seq = entry.seq;
  const auto next = job::next(history.standing, {entry.type, entry.outcome, history.hand_over});
  if (!next) broken("an entry that the table does not allow: " + std::string(name(entry.type)), id);
  history.standing = *next;
  switch (entry.type) {
    case EntryType::AttemptIntent:
      return check_intent(history, entry);
    case EntryType::AttemptResult:
      ++history.results;
      if (entry.attempt != history.intents) broken("a result of another attempt than the open one", id);
      if (entry.outcome == job::Outcome::Unknown) ++history.unknown;
      return;
    case EntryType::AttemptLate:
      if (entry.attempt.value() > history.intents) broken("a late answer to no attempt", id);
      return;
    case EntryType::JobReleased:
      ++history.repeats_allowed;
      return;
    case EntryType::JobRefused:
    case EntryType::JobFailed:
      return check_given_up(history, entry);
    case EntryType::HandoverIntent:
      history.hand_over_begun = true;
      return;
    default:
      return;
  }
}

void Checker::check_intent(History& history, const ledger::Entry& entry) {
  const std::string& id = *entry.request_id;
  ++history.intents;
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

void Checker::dispatched(store::Store& store, const engine::Attempt& attempt, const Instant& now,
                         Millis elapsed) {
  const auto job = store.find_job(attempt.request_id);
  if (!job || job->standing.step != job::Step::Calling || job->attempts != attempt.number) {
    broken("a call was dispatched before its intent was durable", attempt.request_id);
  }
  const job::Gate gate = store.gate(attempt.provider);
  if (gate.paused) broken("a call to a paused provider", attempt.request_id);
  if (gate.wait_until && now.wall < *gate.wait_until)
    broken("a call before the provider lets us", attempt.request_id);
  auto& last = last_admission_.at(static_cast<std::size_t>(attempt.provider));
  const auto interval = settings_.of(attempt.provider).rate.interval;
  if (last && elapsed - *last + Millis(1) + unseen_ < interval) {
    broken("the gate let more go than the rate says", attempt.request_id);
  }
  last = elapsed;
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

void Checker::handed_over(const std::string& request_id, const std::string& link) {
  if (!links_.emplace(link, request_id).second) broken("a link was handed over twice", request_id);
  if (!jobs_.at(request_id).hand_over_begun) broken("a link was handed over without an intent", request_id);
}

void Checker::finished(store::Store& store) {
  look(store);
  for (const auto& [id, history] : jobs_) {
    if (!job::is_final(history.standing.state) && history.standing.state != job::State::Held) {
      broken("a job never came to an end", id);
    }
    ++counts_["state " + std::string(name(history.standing.state))];
  }
}

}  // namespace latchkey::test

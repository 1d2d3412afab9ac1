#include "simulation/outbox_checker.h"

#include <algorithm>
#include <set>

#include "base/json.h"

namespace latchkey::test {
namespace {

using handover::EventType;
using job::State;

// Leases are times of the wall clock, which may be off by as much before the engine notices.
constexpr Millis kUnseenStep{250};

// As the issue has it; not asked of the code.
const char* name_of(EventType type) {
  switch (type) {
    case EventType::JobDone:
      return "job.done";
    case EventType::JobFailed:
      return "job.failed";
    case EventType::JobStale:
      return "job.stale";
    case EventType::JobHeld:
      return "job.held";
    case EventType::JobCancelled:
      return "job.cancelled";
    case EventType::BatchFinished:
      return "batch.finished";
  }
  return "";
}

bool holds_secret(const std::string& text) {
  return text.find("canary") != std::string::npos || text.find("CANARY") != std::string::npos;
}

}  // namespace

void OutboxChecker::reached(const std::string& request_id, State state) {
  if (state == State::Queued || state == State::Running) return;
  const std::string type = "job." + std::string(name(state));
  for (const engine::Endpoint& endpoint : settings_.webhooks) {
    const bool wanted = std::any_of(endpoint.events.begin(), endpoint.events.end(),
                                    [&](EventType event) { return name_of(event) == type; });
    if (wanted) expected_[endpoint.name].push_back({request_id, type});
  }
}

void OutboxChecker::look(store::Store& store, const Moment& moment) {
  moved_ = false;
  std::set<std::int64_t> there;
  store.each_event([&](const store::Event& event) {
    there.insert(event.id);
    const auto known = known_.find(event.id);
    if (known != known_.end()) {
      seen_again(known->second, event, moment);
    } else {
      first_seen(event, moment);
    }
    return true;
  });
  for (const auto& [endpoint, expected] : expected_) {
    if (!expected.empty())
      broken("an outcome has no event for endpoint " + endpoint, expected.front().request_id);
  }
  for (auto known = known_.begin(); known != known_.end();) {
    if (there.contains(known->first)) {
      ++known;
      continue;
    }
    if (!known->second.delivered) broken("an event is lost that its endpoint never took");
    known = known_.erase(known);
  }
}

void OutboxChecker::first_seen(const store::Event& event, const Moment& moment) {
  if (event.id <= last_id_) broken("an event came back");
  last_id_ = event.id;
  auto& expected = expected_[event.endpoint];
  if (expected.empty()) broken("an event of something that did not happen");
  const Expected outcome = std::move(expected.front());
  expected.pop_front();
  if (!event.body.empty()) {
    const auto body = nlohmann::json::parse(event.body);
    if (body.at("type") != outcome.type || body.at("data").at("requestId") != outcome.request_id)
      broken("an event tells of something else than its entry", outcome.request_id);
  }
  if (holds_secret(event.body)) broken("an event holds a link or a recipient", outcome.request_id);
  const auto [body, added] = bodies_.emplace(event.message, event.body);
  if (!added && body->second != event.body) broken("two events of one webhook-id", outcome.request_id);
  Known& known = known_[event.id];
  known.event = event;
  known.elapsed = moment.elapsed;
}

void OutboxChecker::seen_again(Known& known, const store::Event& event, const Moment& moment) {
  if (event.message != known.event.message || event.body != known.event.body ||
      event.endpoint != known.event.endpoint) {
    broken("an event changed over its tries");
  }
  if (event.tries < known.event.tries) broken("an event's tries went back");
  if (holds_secret(event.error)) broken("an event's error holds a link or a recipient");
  if (!event.next_at && !known.gone && moment.elapsed - known.elapsed < std::chrono::hours(18))
    broken("an event was given up before its day was over");
  known.event = event;
}

void OutboxChecker::post_begun(const store::Event& event, const Moment& moment) {
  moved_ = true;
  const auto found = known_.find(event.id);
  if (found == known_.end()) broken("a post without a durable event");
  Known& known = found->second;
  if (known.event.message != event.message || known.event.body != event.body)
    broken("a post of something else than its event");
  if (known.event.tries != event.tries) broken("a post whose try is not durable");
  if (known.event.next_at != event.next_at || !event.next_at) broken("a post whose lease is not durable");
  for (const auto& [tried, until] : known.under_way) {
    if (tried >= event.tries) broken("a try was made twice");
    if (moment.elapsed + kUnseenStep < until) broken("an event was posted again while a poster has it");
  }
  known.under_way.emplace(event.tries, moment.elapsed + lease(event.endpoint));
}

Millis OutboxChecker::lease(const std::string& endpoint) const {
  for (const engine::Endpoint& configured : settings_.webhooks) {
    if (configured.name == endpoint) return configured.deadline;
  }
  broken("a post to an endpoint that is not configured");
}

void OutboxChecker::post_ended(const store::Event& event, const handover::PostResult& result) {
  moved_ = true;
  const auto found = known_.find(event.id);
  if (found == known_.end()) return;  // another try has been taken meanwhile
  found->second.under_way.erase(event.tries);
  found->second.delivered = found->second.delivered || result.delivered;
  found->second.gone = found->second.gone || result.gone;
}

void OutboxChecker::begun_anew(std::int64_t id, const Moment& moment) {
  moved_ = true;
  Known& known = known_.at(id);
  known.event.tries = 0;
  known.elapsed = moment.elapsed;
  known.gone = false;
  known.under_way.clear();
}

void OutboxChecker::process_ended() {
  for (auto& [id, known] : known_) known.under_way.clear();
}

void OutboxChecker::finished() const {
  for (const auto& [id, known] : known_) {
    if (known.event.next_at) broken("an event still waits to be posted");
  }
}

}  // namespace latchkey::test

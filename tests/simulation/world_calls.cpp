// The far ends of a simulated life: the providers that are called, and the callers who wait for a link.
#include "simulation/world.h"

namespace latchkey::test {
namespace {

using job::Code;
using job::Outcome;
using std::chrono::minutes;
using std::chrono::seconds;

provider::Result result_of(Outcome outcome, std::optional<Code> code, int http) {
  provider::Result result;
  result.outcome = outcome;
  result.code = code;
  result.http = http;
  return result;
}

}  // namespace

int World::idle() {
  return settings_.workers - static_cast<int>(calls_.size());
}

void World::dispatch(engine::Attempt attempt) {
  checker_.dispatched(*other_, attempt, moment());
  if (importing_.contains(attempt.request_id)) broken("a row of an import was taken too early");
  if (crash_in_dispatch_) throw Crash();
  SimCall call;
  const Instant now = clock_.now();
  const Millis connect(static_cast<std::int64_t>(chance(10) ? roll(20'000) : roll(200)));
  call.wire_at = {now.wall + connect, now.boot + connect};
  Millis answer(static_cast<std::int64_t>(roll(400)));
  if (chance(8))
    answer = Millis(static_cast<std::int64_t>(roll(60'000)));  // beyond the deadline: a late answer
  call.done_at = call.wire_at.boot + answer;
  call.dispatched = elapsed_;
  call.attempt = std::move(attempt);
  calls_.push_back(std::move(call));
}

void World::move_calls() {
  const Instant now = clock_.now();
  for (SimCall& call : calls_) {
    if (call.wired || now.boot < call.wire_at.boot) continue;
    call.wired = true;
    call.result = script(call);
  }
  for (auto call = calls_.begin(); call != calls_.end();) {
    if (!call->wired || now.boot < call->done_at) {
      ++call;
      continue;
    }
    const std::string id = call->attempt.request_id;
    inbox_->put(engine::Finished{std::move(call->attempt), std::move(call->result)});
    call = calls_.erase(call);
    if (chance(4)) meanwhile(id);
  }
}

// What the provider and the network make of a call at the moment its request would be written.
provider::Result World::script(const SimCall& call) {
  const engine::Attempt& attempt = call.attempt;
  if (chance(4)) return result_of(Outcome::NotSent, chance(50) ? Code::Dns : Code::Connect, 0);
  if (attempt.provider == job::Provider::Nomos) {
    if (chance(2)) return result_of(Outcome::NotSent, Code::TokenFailed, 0);
    if (chance(1)) {
      auto result = result_of(Outcome::NotSent, Code::BadCredentials, 400);
      result.pause = true;
      return result;
    }
  }
  if (!engine::still_fresh(attempt, clock_.now()))
    return result_of(Outcome::NotSent, Code::ExpiredBeforeSend, 0);
  checker_.look(*other_, moment());
  checker_.wire({attempt.request_id, attempt.number, attempt.provider, clock_.now().wall, elapsed_});
  const std::uint64_t die = roll(100);
  if (die < 5) return result_of(Outcome::Unknown, chance(50) ? Code::Timeout : Code::Reset, 0);
  if (die < 8) return result_of(Outcome::Unknown, Code::BadAnswer, 502);
  if (die < 14) return result_of(Outcome::Rejected, Code::ProviderError, 500);
  if (die < 18) return result_of(Outcome::Rejected, Code::InvalidRequest, 400);
  if (die < 22) {
    auto result = result_of(Outcome::Throttled, Code::RateLimited, 429);
    result.wait = seconds(1 + roll(90));
    return result;
  }
  if (die < 25) {
    auto result = result_of(Outcome::Rejected, Code::Unauthorized, 401);
    result.pause = attempt.provider == job::Provider::Mayar;
    result.credential = 1 + roll(3);
    return result;
  }
  if (die < 26) {
    auto result = result_of(Outcome::Rejected, Code::Forbidden, 403);
    result.pause = true;
    return result;
  }
  if (attempt.expect_email && die < 32) return result_of(Outcome::Rejected, Code::AddressMismatch, 200);
  provider::Result result = result_of(Outcome::Accepted, std::nullopt, 200);
  result.credential = 1;
  if (attempt.provider == job::Provider::Nomos) result.link = Secret(mint(call));
  return result;
}

std::string World::mint(const SimCall& call) {
  const std::string link = kLinkCanary + std::to_string(++links_);
  const Millis life = settings_.of(job::Provider::Nomos).link_lifetime;
  checker_.links.minted(link, {call.attempt.request_id, call.attempt.number, call.attempt.intent.wall + life,
                               call.dispatched + life});
  minted_.push_back(call.attempt.request_id);
  if (other_->find_job(call.attempt.request_id)->hand_over == job::HandOver::Claim)
    expect_claims(call.attempt.request_id);
  return link;
}

void World::answer_callers() {
  for (auto caller = callers_.begin(); caller != callers_.end();) {
    auto reply = caller->place->wait(Millis(0));
    if (reply) {
      if (!reply->link.empty()) {
        const bool written = chance(90);
        if (written)
          checker_.replied(*other_, caller->request_id, std::string(reply->link.reveal()), moment());
        inbox_->put(engine::HandedOver{caller->request_id, reply->attempt,
                                       written ? Outcome::Accepted : Outcome::Unknown});
      }
      caller = callers_.erase(caller);
    } else if (chance(5) && caller->place->leave()) {
      inbox_->put(engine::WaitEnded{caller->request_id});
      caller = callers_.erase(caller);
    } else {
      ++caller;
    }
  }
}

// What the workers do when they are stopped: the calls say how far they had come.
void World::abort_calls() {
  for (SimCall& call : calls_) {
    const Outcome outcome = call.wired ? Outcome::Unknown : Outcome::NotSent;
    inbox_->put(engine::Finished{std::move(call.attempt), result_of(outcome, Code::Shutdown, 0)});
  }
  calls_.clear();
}

}  // namespace latchkey::test

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/context.h"
#include "handover/reply_desk.h"
#include "job/job.h"
#include "provider/provider.h"

namespace latchkey::engine {

/// One call that a worker is to make: the intent is durable by the time anyone sees this.
struct Attempt {
  std::string request_id;
  job::Provider provider = job::Provider::Mayar;
  int number = 0;
  std::string address;         ///< the recipient as given
  TimePoint intent_at;         ///< when its intent was written: a link's life is counted from there
  TimePoint fresh_until;       ///< no request is written at or after this time,
  Millis boot_fresh_until{0};  ///< nor at or after this one, should the wall clock be set back meanwhile
  Millis boot_deadline{0};     ///< given up as unknown then
};

/// The last look before the request is written. By either clock: one that is set back must not revive a job.
inline bool still_fresh(const Attempt& attempt, const Instant& now) {
  return now.wall < attempt.fresh_until && now.boot < attempt.boot_fresh_until;
}

/// What the engine remembers of a provider's answers between turns; a restart forgets it and loses nothing.
struct CredentialHistory {
  std::uint64_t refused = 0;  ///< number of the latest access token that was answered with 401
  bool in_a_row = false;      ///< and no later token has been accepted since
};

/// What must happen once the turn is durable.
struct Delivery {
  std::string request_id;
  int attempt = 0;
  handover::Reply reply;
};

/// Applies what became of an attempt to its job: attempt.result, what it leads to, and what it means for the
/// gate. The table is that of docs/providers.md. Writes job and gate back. `deliveries` gets what the waiting
/// caller is to be told after the commit.
void apply_result(Context& context, job::Job& job, TimePoint intent_at, const provider::Result& result,
                  const Secret& fingerprint_key, handover::ReplyDesk& desk, CredentialHistory& credentials,
                  std::vector<Delivery>& deliveries);

/// An answer that came after its attempt was given up: attempt.late, and what it means for the gate. Writes
/// job and gate back; the link goes nowhere.
void apply_late(Context& context, job::Job& job, int number, const provider::Result& result,
                const Secret& fingerprint_key, CredentialHistory& credentials);

/// The end of a hand-over to a waiting caller: handover.result, and the job is done or failed.
void apply_handed_over(Context& context, job::Job& job, job::Outcome outcome);

/// A queued job that only a waiting caller could use, and none does any more: nothing is minted for nobody.
/// Cancelled when no call was ever made for it, failed otherwise. Writes the job back.
void end_without_caller(Context& context, job::Job& job, job::Code code, std::vector<Delivery>& deliveries);

/// Tells the waiting caller, if the job has one, when the job has come to an end without a link.
void tell_caller(const job::Job& job, std::vector<Delivery>& deliveries);

/// A call or a hand-over that a dead process, or this one's end, has left open.
void apply_abandoned(Context& context, job::Job& job, job::Code code, handover::ReplyDesk& desk,
                     std::vector<Delivery>& deliveries);

}  // namespace latchkey::engine

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/context.h"
#include "engine/hand_overs.h"
#include "job/job.h"
#include "provider/provider.h"

namespace latchkey::engine {

/// One call that a worker is to make: the intent is durable by the time anyone sees this.
struct Attempt {
  std::string request_id;
  job::Provider provider = job::Provider::Mayar;
  int number = 0;
  std::string address;                      ///< the recipient as given
  std::optional<std::string> expect_email;  ///< mint only for a customer who has this address, normalised
  Instant intent{};            ///< when its intent was written: a link's life is counted from there
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

/// Applies what became of an attempt to its job: attempt.result, what it leads to, and what it means for the
/// gate. The table is that of docs/providers.md. Writes job and gate back.
void apply_result(Context& context, job::Job& job, const Instant& intent, const provider::Result& result,
                  const Secret& fingerprint_key, CredentialHistory& credentials, HandOvers& hand_overs);

/// An answer that came after its attempt was given up: attempt.late, and what it means for the gate. Writes
/// job and gate back; the link goes nowhere.
void apply_late(Context& context, job::Job& job, int number, const provider::Result& result,
                const Secret& fingerprint_key, CredentialHistory& credentials);

/// A queued job that only a waiting caller could use, and none does any more: nothing is minted for nobody.
/// Cancelled when no call was ever made for it, failed otherwise. Writes the job back.
void end_without_caller(Context& context, job::Job& job, job::Code code, HandOvers& hand_overs);

/// A call or a hand-over that a dead process, or this one's end, has left open.
void apply_abandoned(Context& context, job::Job& job, job::Code code, HandOvers& hand_overs);

}  // namespace latchkey::engine

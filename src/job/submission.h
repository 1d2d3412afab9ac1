#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "job/names.h"
#include "job/recipient.h"

namespace latchkey::job {

/// A request as somebody wrote it: on a command line, in a row of a file, in a JSON body. Absent is not
/// empty.
struct Draft {
  std::optional<std::string> request_id;
  std::optional<std::string> email;
  std::optional<std::string> customer_id;
  std::optional<std::string> at;
  std::optional<std::string> lifetime;
  std::optional<std::string> hand_over;
  std::optional<std::string> deliver_to;
};

/// A request that holds: every field parsed and normalised, defaults not applied yet.
struct Submission {
  std::string request_id;  ///< empty: the caller gave none and the engine makes one
  Provider provider = Provider::Mayar;
  Recipient recipient;
  std::optional<TimePoint> at;
  std::optional<Millis> lifetime;
  HandOver hand_over = HandOver::None;
  bool pace = false;  ///< move dueAt to when the gate can admit it, instead of rejecting
};

/// The limits a submission is checked against.
struct SubmissionLimits {
  Millis link_lifetime{std::chrono::minutes(15)};
  TimePoint now;
};

/// Checks a draft for `provider`. Throws one InputError that carries every field that is wrong: control
/// characters, bidi marks and line breaks anywhere; requestId outside the charset; a time that does not
/// exist, has no zone or lies more than a year from now; a lifetime that does not parse, is not positive or
/// exceeds the provider's link_lifetime. `hand_over` must be one this version offers: `reply` for nomos,
/// nothing for mayar.
Submission check_draft(const Draft& draft, Provider provider, const SubmissionLimits& limits);

/// The bytes whose HMAC tells whether two requests are the same: what the caller gave, normalised, before
/// defaults.
std::string payload_bytes(const Submission& submission);

}  // namespace latchkey::job

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
  std::optional<Recipient> deliver_to;      ///< an email, for hand-over Email and nothing else
  std::string batch;                        ///< the batch it belongs to; part of no payload, as what follows
  std::optional<TimePoint> planned;         ///< its place in the batch's plan, where `at` is absent
  std::optional<std::string> reprocess_of;  ///< the requestId of the job that it repeats
  bool pace = false;  ///< move dueAt to when the gate can admit it, instead of rejecting
};

/// What a file of recipients may hold: its rows, or what is known of each, are kept in memory until all are
/// checked, so that a file with a mistake queues nothing.
inline constexpr int kRowsMax = 1'000'000;

/// The limits a submission is checked against.
struct SubmissionLimits {
  Millis link_lifetime{std::chrono::minutes(15)};
  TimePoint now;
  HandOver hand_over = HandOver::None;  ///< of nomos jobs that name none themselves
  int rows_max = kRowsMax;              ///< of one file
};

/// Checks a draft for `provider`. Throws one InputError that carries every field that is wrong: control
/// characters, bidi marks and line breaks anywhere; requestId outside the charset; the other provider's kind
/// of recipient; a time that does not exist, has no zone or lies more than a year (366 days) from now, before
/// or after; a lifetime that does not parse, is not positive or exceeds the provider's link_lifetime; a
/// deliverTo that is no email (as parse_recipient has it), is missing for hand-over `email` or stands beside
/// another. Members that are there but empty are wrong too. `hand_over`: nothing for mayar; for nomos
/// `reply`, `claim` or `email`, or absent, which is what the limits say; HandOver::None is for the caller to
/// settle. Messages hold no recipient and no requestId.
Submission check_draft(const Draft& draft, Provider provider, const SubmissionLimits& limits);

/// The bytes whose HMAC tells whether two requests are the same: what the caller gave, normalised, before
/// defaults. One JSON object without white space, members in this order, those that were not given left out:
///
///     {"provider":"nomos","recipient":"cus_1","at":1772330400000,"lifetime":600000,"handover":"reply"}
///
/// recipient is the normalised form, at and lifetime are milliseconds. Stored as HMACs for ever: never change
/// what an existing request gives. A new member goes to the end, as `deliverTo` (normalised) did, and is left
/// out when absent.
std::string payload_bytes(const Submission& submission);

}  // namespace latchkey::job

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "job/names.h"

namespace latchkey::job {

/// What is under way in a running job.
enum class Step { None, Calling, HandingOver };

/// The part of a job that its entries lead to; life.h moves it and nothing else does.
struct Standing {
  State state = State::Queued;
  Step step = Step::None;
  bool cancel_requested = false;  ///< a person cancelled while a call was under way
  bool operator==(const Standing&) const = default;
};

/// One queued "send portal access" request as the store keeps it. Holds no recipient: `subject` stands for
/// it.
struct Job {
  std::int64_t id = 0;
  std::string request_id;
  Provider provider = Provider::Mayar;
  std::string subject;
  HandOver hand_over = HandOver::None;
  std::string payload_mac;                    ///< HMAC of the payload under the subject's salt, 32 bytes
  std::string batch;                          ///< empty: a single job
  std::optional<std::string> reprocess_of;    ///< the requestId of the job that it repeats
  std::optional<std::string> reprocessed_as;  ///< the requestId of the job that repeats it

  Standing standing;
  TimePoint due_at;      ///< when it should run next; a retry moves it
  TimePoint expires_at;  ///< fixed at enqueue
  TimePoint
      fresh_until;  ///< expires_at, or earlier after the clock was set back (docs/ARCHITECTURE.md, Clock)
  Millis lifetime{0};

  int attempts = 0;                ///< provider calls so far; also the number of the latest
  int tries = 0;                   ///< those of them that count towards retry.attempts
  bool unknown_retried = false;    ///< after_unknown = "retry_once" has been used up: it may have been sent
  std::optional<Outcome> outcome;  ///< of the latest attempt or hand-over
  std::optional<Code> code;

  std::int64_t epoch = 0;   ///< of the daemon that runs it; with `attempts` it is the lease
  std::int64_t import = 0;  ///< of a large import that is not complete yet; 0 for none
  bool ready = false;       ///< due and takeable; set by the turn when dueAt comes
  TimePoint created_at;
  std::optional<TimePoint> finished_at;
  std::int64_t last_seq = 0;  ///< its latest entry; the others are reached through their back links
};

}  // namespace latchkey::job

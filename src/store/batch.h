#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "job/names.h"

namespace latchkey::store {

/// Submitting: its jobs are being stored, none is taken yet. Open: they are taken as they come due. Paused:
/// none is taken. Cancelled: what is queued is being cancelled, or was. Finished: every job has come to its
/// end. Abandoned: whoever submitted it died; what was stored is cancelled and nothing of it was ever sent.
enum class BatchState { Submitting, Open, Paused, Cancelled, Finished, Abandoned };

/// "submitting" and so on.
std::string_view name(BatchState state);
std::optional<BatchState> batch_state_named(std::string_view text);

/// One run of a definition, fixed when it is submitted.
struct Batch {
  std::string id;          ///< [A-Za-z0-9._-], at most 56: its jobs are called ID-ROW
  std::string definition;  ///< the definition's name
  std::string nominal;     ///< which of its runs: a nominal time, or the digest of the recipients
  job::Provider provider = job::Provider::Mayar;
  BatchState state = BatchState::Submitting;
  std::string actor;
  std::string reason;  ///< an operator's words, where it was submitted again
  TimePoint created_at;
  std::optional<TimePoint> submit_until;  ///< while it is being submitted: when that counts as dead
  std::int64_t import = 0;                ///< the large import that its jobs belong to; 0 for none
  std::int64_t first_id = 0;              ///< its jobs have ids from here
  std::int64_t last_id = 0;               ///< to here; others may be among them
  std::int64_t cancelled_to = 0;          ///< no job up to this id is left to be cancelled
  std::string definition_digest;          ///< hex SHA-256 of the definition
  std::string recipients_digest;          ///< hex SHA-256 of the recipients
  std::string plan;                       ///< JSON: what was planned
  std::string retry;                      ///< JSON: its retry policy; empty: the configuration's
  std::string on_complete;                ///< the endpoint that is told its end; may be empty
  std::optional<TimePoint> finished_at;
};

/// How many of a batch's jobs are in each state, pruned ones included.
struct BatchCounts {
  std::int64_t queued = 0, running = 0, done = 0, failed = 0, stale = 0, held = 0, cancelled = 0;
  std::optional<TimePoint> first_end;  ///< when its first job came to an end
  std::optional<TimePoint> last_end;   ///< and the last one so far

  std::int64_t all() const { return open() + done + failed + stale + cancelled; }
  /// Those that have not come to an end; held ones have not.
  std::int64_t open() const { return queued + running + held; }
};

/// Submitting: a batch is being stored for it. Submitted: it has its batch. Missed: nobody was there in time.
/// Skipped: it was not to be, as `reason` says.
enum class OccurrenceState { Submitting, Submitted, Missed, Skipped };

/// "submitting" and so on.
std::string_view name(OccurrenceState state);
std::optional<OccurrenceState> occurrence_state_named(std::string_view text);

/// One run that a definition was to have.
struct Occurrence {
  std::string definition;
  std::string nominal;  ///< unique within the definition
  TimePoint at;         ///< when it was to begin
  OccurrenceState state = OccurrenceState::Submitting;
  std::string batch;   ///< empty where there is none
  std::string reason;  ///< why it was skipped or missed
  TimePoint created_at;
};

/// A definition that fires by itself: exactly the file that was looked at when it was armed.
struct Schedule {
  std::string definition;
  std::string path;    ///< absolute
  std::string digest;  ///< hex SHA-256 of the file
  std::string actor;
  TimePoint enabled_at;
  TimePoint seen_until;  ///< every occurrence up to here has its row
  std::string disarmed;  ///< why it does not fire any more; empty: it does
  /// From when on it is to be looked at: its next occurrence, or long ago for a drop folder; nullopt: never.
  std::optional<TimePoint> next_at;
};

/// How many schedules there are.
struct ScheduleCounts {
  std::int64_t armed = 0;
  std::int64_t disarmed = 0;
};

/// The occurrences of one schedule that nobody was there for.
struct MissedRuns {
  std::string definition;
  std::int64_t runs = 0;
  TimePoint latest;  ///< when that was to begin
};

/// What a filter over jobs had selected when somebody looked.
struct Preview {
  std::string id;
  std::string action;
  std::string filter;  ///< JSON, without a recipient
  std::string digest;  ///< of what it selects and leaves out
  std::int64_t jobs = 0;
  std::string actor;
  TimePoint created_at;
  std::optional<TimePoint> used_at;
};

}  // namespace latchkey::store

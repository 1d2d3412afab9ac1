#pragma once

#include <optional>
#include <variant>

#include "base/clock.h"
#include "base/local_time.h"
#include "base/time_zone.h"
#include "job/cron.h"

namespace latchkey::job {

/// What becomes of a local time that does not exist, as the clocks are set forward over it.
enum class GapPolicy {
  Next,  ///< it runs at the moment they are, the next one that exists
  Skip   ///< it does not run
};

/// When to run at a local time that exists twice, as the clocks are set back.
enum class FoldPolicy { First, Last, Both };

/// One run.
struct Occurrence {
  TimePoint at;       ///< what tells occurrences of a schedule apart
  LocalTime nominal;  ///< the time that was asked for; with FoldPolicy::Both two may have the same
};

/// When a definition runs: once at a local time, or at each that a cron expression names. Read-only.
///
/// A cron expression is matched with local times first, and each of them then becomes moments:
/// - one that exists once is that moment;
/// - one in a gap is, with Next, the moment the clocks are set. Several of the gap, and a regular one at that
///   moment, are ONE occurrence, with the earliest of these as its nominal time: `*/15 * * * *` runs in
///   Berlin at 01:45 and then, once, at 03:00 (nominal 02:00), and so does a schedule of 02:30 and 03:00;
/// - one in a fold is its first moment, its last, or both. `*/15 * * * *` with First pauses while the clocks
///   show the hour again, with Last while they show it for the first time; Both runs every 15 minutes.
///   `30 2 * * *` runs twice that night with Both.
///
/// A night in which the clocks change therefore neither loses a daily run (but with Skip) nor doubles it (but
/// with Both).
class Schedule {
 public:
  Schedule(TimeZone zone, std::variant<LocalTime, Cron> when, GapPolicy gap, FoldPolicy fold);

  /// The first occurrence after `after`; nullopt when there is none before the year 9999 ends. Walking from
  /// occurrence to occurrence and asking anew from any moment give the same ones, strictly increasing in
  /// `at`.
  std::optional<Occurrence> next(TimePoint after) const;
  /// The one after `before`, which this schedule has given: next(before.at), for whoever walks through years.
  std::optional<Occurrence> next(const Occurrence& before) const;

  bool once() const { return std::holds_alternative<LocalTime>(when_); }
  const std::variant<LocalTime, Cron>& when() const { return when_; }
  const TimeZone& zone() const { return zone_; }
  GapPolicy gap() const { return gap_; }
  FoldPolicy fold() const { return fold_; }

 private:
  std::optional<TimePoint> moment_of(const Resolved& resolved, bool last) const;
  std::optional<Occurrence> next_of(TimePoint after, bool last) const;
  std::optional<LocalTime> next_nominal(const LocalTime& after) const;

  TimeZone zone_;
  std::variant<LocalTime, Cron> when_;
  GapPolicy gap_;
  FoldPolicy fold_;
};

}  // namespace latchkey::job

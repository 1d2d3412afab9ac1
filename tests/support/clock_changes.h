#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time_zone.h"

namespace latchkey::test {

/// One change of a place's clocks.
struct ClockChange {
  TimeZone zone;
  TimePoint at;
  std::chrono::seconds step;  ///< above 0: forward, over a gap; below: back, into a fold
};

std::string told(const ClockChange& change);

/// Every change from 1990 to 2037 of zones that between them have changed their clocks in all the ways there
/// are: by an hour, two, a half, a quarter and a day, at midnight and a minute past, for weeks in spring,
/// with summer as the standard time, and once for ever.
const std::vector<ClockChange>& clock_changes();

/// What a place's clocks show around a change, looked at minute by minute: it knows nothing of periods.
class WatchedClocks {
 public:
  /// From `around` before the change to `around` and the size of its step after it.
  WatchedClocks(const ClockChange& change, std::chrono::minutes around);

  TimePoint begin() const { return begin_; }
  TimePoint end() const { return end_; }
  /// What is shown at each minute.
  const std::map<TimePoint, LocalTime>& shown() const { return shown_; }
  /// The minutes at which `t` is shown, in order.
  std::vector<TimePoint> moments(const LocalTime& t) const;
  /// For a time that is not shown: the first minute that shows a later one, after one that shows an earlier.
  std::optional<TimePoint> skipped_at(const LocalTime& t) const;
  /// Every minute that a calendar without a zone has between the least and the most that is shown.
  const std::vector<LocalTime>& calendar() const { return calendar_; }

 private:
  TimePoint begin_, end_;
  std::map<TimePoint, LocalTime> shown_;
  std::map<LocalTime, std::vector<TimePoint>> moments_;
  std::vector<LocalTime> calendar_;
};

}  // namespace latchkey::test

#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/time_zone.h"

namespace latchkey::job {

/// Days of the week, 0 being Sunday.
using Weekdays = std::array<bool, 7>;

/// "MON-FRI", "MON,WED,FRI", "SAT-MON" (over the week's end), "MON-SUN"; either case. nullopt for any other
/// text.
std::optional<Weekdays> parse_weekdays(std::string_view text);
/// A time of day, "08:00" to "23:59", and "24:00". nullopt for any other text.
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);

/// When calls may be made: on these days while the clocks of a place show a time from `from` on and before
/// `to`. Read-only.
///
/// What the clocks show is all that counts: an hour that they show twice is open twice, one that they skip is
/// not there, and a window that would open in a gap opens when the clocks are set. Windows over midnight are
/// not supported (`to` must be after `from`): "22:00" to "06:00" leaves open which days those are. A day
/// until "24:00" and the next from "00:00" are one window.
class SendWindow {
 public:
  /// At least one day; 0:00 <= from < to <= 24:00; not open all week long.
  SendWindow(TimeZone zone, const Weekdays& weekdays, std::chrono::minutes from, std::chrono::minutes to);

  bool open(TimePoint t) const;
  /// The first moment from `from` on that is open: `from` itself when it is.
  TimePoint first_open(TimePoint from) const;
  /// The first moment after `inside`, which is open, that is not.
  TimePoint closes(TimePoint inside) const;

  /// How long it is open in a week without a change of the clocks.
  Millis open_a_week() const;
  /// How long it is open from `begin` on and before `end`.
  Millis open_between(TimePoint begin, TimePoint end) const;

  const TimeZone& zone() const { return zone_; }
  const Weekdays& weekdays() const { return weekdays_; }
  std::chrono::minutes from() const { return from_; }
  std::chrono::minutes to() const { return to_; }

 private:
  bool shown_open(std::chrono::local_time<Millis> t) const;

  TimeZone zone_;
  Weekdays weekdays_;
  std::chrono::minutes from_;
  std::chrono::minutes to_;
};

}  // namespace latchkey::job

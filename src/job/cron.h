#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/local_time.h"

namespace latchkey::job {

/// A cron expression: minute, hour, day of month, month and day of week, on the clocks of a place. Read-only.
///
///     0 9 * * MON          */15 8-17 * * MON-FRI          30 6 1,15 JAN-MAR,OCT *          @weekly
///
/// A field is `*` or a list, by commas, of values and ranges `a-b`; `*/n` and `a-b/n` take every n-th of
/// them. Months are 1-12 or JAN-DEC, days of the week 0-7 or SUN-SAT in either case, Sunday being 0 and 7
/// and, as the end of a range, SUN. `@hourly`, `@daily`, `@weekly` (Sunday), `@monthly` and `@yearly` are
/// midnight or the full hour. As crontab(5) has it: a field that begins with `*` restricts nothing, so when
/// neither day of month nor day of week begins with `*`, a day that matches one of them will do; else it must
/// match both.
class Cron {
 public:
  /// Throws InputError, whose field is `field` and whose message names the part of the expression that is
  /// wrong and what would be right; also for one that never fires (31 February).
  static Cron parse(std::string_view text, const std::string& field);

  /// The first time after `after` that matches; nullopt when the year 9999 has none left. Its second is 0.
  std::optional<LocalTime> next(const LocalTime& after) const;
  /// The same within the day of `before`, which matches: it takes no look at a calendar.
  std::optional<LocalTime> next_that_day(const LocalTime& before) const;
  bool matches(const LocalTime& t) const;
  /// As it was written, without the white space around it.
  const std::string& text() const { return text_; }

 private:
  Cron() = default;
  std::optional<LocalTime> first_from(LocalTime from, int last_year) const;
  std::optional<LocalTime> time_of_day(LocalTime from) const;
  bool has_day(const LocalTime& t) const;

  // Bit n: the value n.
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t weekdays_ = 0;  // 0: Sunday
  bool either_day_ = false;     // day of month or day of week, not both
  std::string text_;
};

}  // namespace latchkey::job

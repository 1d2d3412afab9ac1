#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace latchkey {

/// RFC 3339 in UTC with milliseconds: "2026-01-02T03:04:05.000Z". Of a year below 0 or above 9999 the
/// nearest that has four digits.
std::string format_utc(TimePoint t);

/// For people: local time with its zone, "2026-01-02 10:04:05 WIB".
std::string format_local(TimePoint t);
/// For people, a time near now: "10:04:05" today, else date and time; no zone.
std::string format_local_short(TimePoint t, TimePoint now);

/// RFC 3339 with a zone ("Z" or "+07:00"), fraction optional and cut to milliseconds. A day that does not
/// exist, a leap second, a missing zone, a moment before year 0 or after 9999 in UTC: nullopt.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

/// "90s", "15m", "2h", "500ms", "1d", or a sum without spaces, each unit once and the larger first ("1h30m").
/// Nothing else; overflow is nullopt.
std::optional<Millis> parse_duration(std::string_view text);
/// What parse_duration reads back, in the largest units: "15m", "1h30m", "250ms", "0s".
std::string format_duration(Millis d);
/// For people, the two largest units, rounded down: "250 ms", "3 s", "2 min 5 s", "1 h 3 min", "4 d".
std::string format_span(Millis d);

}  // namespace latchkey

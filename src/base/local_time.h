#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

/// What calendar and clock on a wall show, to the second; without a zone it is no moment. Ordered as a person
/// would order it.
struct LocalTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;

  auto operator<=>(const LocalTime&) const = default;
};

/// The same as a number that can be added to, on a calendar without any zone, and back. Fields out of their
/// range give the wrong number; years 0 to 9999 are safe.
std::chrono::local_seconds to_seconds(const LocalTime& t);
LocalTime to_local_time(std::chrono::local_seconds t);

/// "2026-12-01T09:00:00" or, without seconds, "2026-12-01T09:00". A day or time that no calendar has, a zone,
/// a fraction of a second: nullopt.
std::optional<LocalTime> parse_local_time(std::string_view text);
/// "2026-12-01T09:00:00".
std::string format_local_time(const LocalTime& t);

}  // namespace latchkey

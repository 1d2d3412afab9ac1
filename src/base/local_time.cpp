#include "base/local_time.h"

#include <fmt/format.h>

#include "base/time_text.h"

namespace latchkey {

std::chrono::local_seconds to_seconds(const LocalTime& t) {
  const std::chrono::year_month_day date{std::chrono::year(t.year),
                                         std::chrono::month(static_cast<unsigned>(t.month)),
                                         std::chrono::day(static_cast<unsigned>(t.day))};
  return std::chrono::local_days(date) + std::chrono::hours(t.hour) + std::chrono::minutes(t.minute) +
         std::chrono::seconds(t.second);
}

LocalTime to_local_time(std::chrono::local_seconds t) {
  const auto midnight = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(t - midnight);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count())};
}

std::optional<LocalTime> parse_local_time(std::string_view text) {
  constexpr std::string_view kToMinute = "2026-12-01T09:00";
  constexpr std::string_view kToSecond = "2026-12-01T09:00:00";
  if (text.size() != kToMinute.size() && text.size() != kToSecond.size()) return std::nullopt;
  if (text[kToMinute.find('T')] != 'T') return std::nullopt;
  // As if it were UTC: what is checked there is all that a calendar without a zone knows.
  const std::string_view rest = text.size() == kToMinute.size() ? ":00Z" : "Z";
  const auto t = parse_rfc3339(std::string(text).append(rest));
  if (!t) return std::nullopt;
  return to_local_time(
      std::chrono::local_seconds(std::chrono::floor<std::chrono::seconds>(t->time_since_epoch())));
}

std::string format_local_time(const LocalTime& t) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute,
                     t.second);
}

}  // namespace latchkey

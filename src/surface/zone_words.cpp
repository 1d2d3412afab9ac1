#include "surface/zone_words.h"

#include <array>

namespace latchkey::surface {

TimeZone zone_or_utc(const std::string& name) {
  const auto zone = TimeZone::named(name);
  return zone ? *zone : *TimeZone::named("UTC");
}

std::string day_words(const std::string& date) {
  static constexpr std::array kDays{"Sun ", "Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat "};
  const auto midnight = parse_local_time(date + "T00:00");
  if (!midnight) return date;
  const std::chrono::weekday day(std::chrono::floor<std::chrono::days>(to_seconds(*midnight)));
  return kDays.at(day.c_encoding()) + date;
}

std::string time_words(const TimeZone& zone, TimePoint t) {
  const std::string text = format_local_time(zone.local(t));
  const std::size_t middle = text.find('T');
  return day_words(text.substr(0, middle)) + " " + text.substr(middle + 1);
}

}  // namespace latchkey::surface

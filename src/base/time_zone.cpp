#include "base/time_zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace latchkey {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

/// "CET" as it is; "+03" and "-0330", which the database has for zones nobody has named, so that they cannot
/// be taken for a part of the time.
std::string zone_for_people(const std::string& abbreviation) {
  if (!abbreviation.starts_with('+') && !abbreviation.starts_with('-')) return abbreviation;
  std::string text = "UTC" + abbreviation;
  if (abbreviation.size() == 5) text.insert(6, ":");
  return text;
}

}  // namespace

std::optional<TimeZone> TimeZone::named(const std::string& name) {
  if (name == "UTC") return TimeZone(nullptr);
  try {
    const TimeZone zone(date::locate_zone(name));
    zone.format(TimePoint());  // the library reads a zone's file when it is first used
    return zone;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string TimeZone::format(TimePoint t) const {
  const auto whole = std::chrono::floor<std::chrono::seconds>(t);
  auto local = whole.time_since_epoch();
  std::string zone = "UTC";
  if (zone_ != nullptr) {
    const date::sys_info info = zone_->get_info(whole);
    local += info.offset;
    zone = zone_for_people(info.abbrev);
  }
  const std::chrono::sys_seconds shifted(local);
  const auto midnight = std::chrono::floor<std::chrono::days>(shifted);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss time(shifted - midnight);
  return fmt::format("{} {} {}, {:02}:{:02} {}", static_cast<unsigned>(day.day()),
                     kMonths.at(static_cast<unsigned>(day.month()) - 1), static_cast<int>(day.year()),
                     time.hours().count(), time.minutes().count(), zone);
}

}  // namespace latchkey

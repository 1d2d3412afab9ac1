#include "base/time_zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace latchkey {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

// No place was ever further from UTC: before it took today's date, Manila was 15:56 behind.
constexpr std::chrono::hours kOffsetMost(16);

/// "CET" as it is; "+03" and "-0330", which the database has for zones nobody has named, so that they cannot
/// be taken for a part of the time.
std::string zone_for_people(const std::string& abbreviation) {
  if (!abbreviation.starts_with('+') && !abbreviation.starts_with('-')) return abbreviation;
  std::string text = "UTC" + abbreviation;
  if (abbreviation.size() == 5) text.insert(6, ":");
  return text;
}

/// The library's first and last periods end far outside what milliseconds can count.
TimePoint bounded(date::sys_seconds t) {
  constexpr auto kLeast = std::chrono::ceil<seconds>(TimePoint::min());
  constexpr auto kMost = floor<seconds>(TimePoint::max());
  return std::clamp<std::chrono::sys_seconds>(t, kLeast, kMost);
}

std::string city_of(const std::string& name) {
  return to_lower(name.substr(name.rfind('/') + 1));
}

}  // namespace

std::optional<TimeZone> TimeZone::named(const std::string& name) {
  if (name == "UTC") return TimeZone(nullptr, name);
  try {
    const TimeZone zone(date::locate_zone(name), name);
    zone.format(TimePoint());  // the library reads a zone's file when it is first used
    return zone;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::optional<std::string> TimeZone::nearest_name(const std::string& name) {
  std::vector<std::string> known{"UTC"};
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) {
      // What has no region is there for old programs only, and so is Etc but for UTC.
      if (zone.name().find('/') != std::string::npos && !zone.name().starts_with("Etc/"))
        known.push_back(zone.name());
    }
  } catch (const std::runtime_error&) {
    return std::nullopt;  // no database on this machine
  }
  std::string meant = name;
  for (char& c : meant) {
    if (c == ' ') c = '_';
  }
  for (const std::string& each : known) {
    if (city_of(each) == city_of(meant)) return each;
  }
  return nearest(meant, known);
}

TimeZone::Period TimeZone::period(TimePoint t) const {
  if (zone_ == nullptr) return {TimePoint::min(), TimePoint::max(), seconds(0)};
  const date::sys_info info = zone_->get_info(floor<seconds>(t));
  return {bounded(info.begin), bounded(info.end), info.offset};
}

LocalTime TimeZone::local(TimePoint t) const {
  return to_local_time(std::chrono::local_seconds(floor<seconds>(t).time_since_epoch() + period(t).offset));
}

// The library's own answer to this looks at two periods only, one of which may have the other's offset.
Resolved TimeZone::resolve(const LocalTime& t) const {
  const TimePoint as_utc(to_seconds(t).time_since_epoch());
  std::optional<TimePoint> first, last, skipped;
  for (Period p = period(as_utc - kOffsetMost);; p = period(p.end)) {
    const TimePoint moment = as_utc - p.offset;
    if (moment < p.begin) {
      // Too late for this period, and for the one before it was too early unless that one has it.
      if (!skipped) skipped = p.begin;
    } else if (moment < p.end) {
      if (!first) first = moment;
      last = moment;
    }
    if (p.end > as_utc + kOffsetMost) break;
  }
  if (!first) return {Resolved::Kind::Gap, skipped.value(), skipped.value()};
  return {*first == *last ? Resolved::Kind::Unique : Resolved::Kind::Fold, *first, *last};
}

std::string TimeZone::format(TimePoint t) const {
  const auto whole = floor<seconds>(t);
  const LocalTime shown = local(t);
  const std::string zone = zone_ == nullptr ? "UTC" : zone_for_people(zone_->get_info(whole).abbrev);
  return fmt::format("{} {} {}, {:02}:{:02} {}", shown.day,
                     kMonths.at(static_cast<std::size_t>(shown.month) - 1), shown.year, shown.hour,
                     shown.minute, zone);
}

}  // namespace latchkey

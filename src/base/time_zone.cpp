// The library answers each question about a moment anew, with a search and a string. A place has some hundred
// periods in all, so they are read once and kept.
#include "base/time_zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
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

/// What the clocks show at the begin of a period, or would show at its end.
std::chrono::local_seconds shown_at(TimePoint t, seconds offset) {
  return std::chrono::local_seconds(floor<seconds>(t).time_since_epoch() + offset);
}

/// Each period without what the clocks show in another one as well.
void find_own(std::vector<TimeZone::Period>& periods) {
  auto shown_before = std::chrono::local_seconds::min();
  for (TimeZone::Period& each : periods) {
    each.own_from = std::max(shown_at(each.begin, each.offset), shown_before);
    shown_before = std::max(shown_before, shown_at(each.end, each.offset));
  }
  auto shown_after = std::chrono::local_seconds::max();
  for (auto each = periods.rbegin(); each != periods.rend(); ++each) {
    each->own_until = std::min(shown_at(each->end, each->offset), shown_after);
    shown_after = std::min(shown_after, shown_at(each->begin, each->offset));
  }
}

std::vector<TimeZone::Period> periods_of(const date::time_zone* zone) {
  std::vector<TimeZone::Period> periods;
  if (zone == nullptr) {
    periods.push_back({TimePoint::min(), TimePoint::max(), seconds(0), {}, {}});
  } else {
    // The library's last period ends when its calendar does, and holds what comes after as well.
    date::sys_info info = zone->get_info(std::chrono::ceil<seconds>(TimePoint::min()));
    for (date::sys_seconds end = date::sys_seconds::min(); end < info.end; info = zone->get_info(end)) {
      end = info.end;
      periods.push_back({bounded(info.begin), bounded(info.end), info.offset, {}, {}});
    }
    periods.front().begin = TimePoint::min();
    periods.back().end = TimePoint::max();
  }
  find_own(periods);
  return periods;
}

std::string city_of(const std::string& name) {
  return to_lower(name.substr(name.rfind('/') + 1));
}

}  // namespace

struct TimeZone::Table {
  const date::time_zone* zone;  // belongs to the library, for ever; null: UTC
  std::vector<Period> periods;
};

/// Throws std::runtime_error for a name that the library does not know.
const TimeZone::Table& TimeZone::table_of(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<const Table>> tables;
  const std::lock_guard lock(mutex);
  auto known = tables.find(name);
  if (known == tables.end()) {
    const date::time_zone* zone = name == "UTC" ? nullptr : date::locate_zone(name);
    known = tables.emplace(name, new Table{zone, periods_of(zone)}).first;
  }
  return *known->second;
}

std::optional<TimeZone> TimeZone::named(const std::string& name) {
  try {
    return TimeZone(table_of(name), name);
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

const TimeZone::Period& TimeZone::period(TimePoint t) const {
  const std::vector<Period>& all = table_->periods;
  const auto after = std::upper_bound(all.begin() + 1, all.end(), t,
                                      [](TimePoint at, const Period& each) { return at < each.begin; });
  return *std::prev(after);
}

LocalTime TimeZone::local(TimePoint t) const {
  return to_local_time(shown_at(t, period(t).offset));
}

// The library's own answer to this looks at two periods only, one of which may have the other's offset.
Resolved TimeZone::resolve(const LocalTime& t) const {
  const TimePoint as_utc(to_seconds(t).time_since_epoch());
  std::optional<TimePoint> first, last, skipped;
  for (const Period* p = &period(as_utc - kOffsetMost);; ++p) {
    const TimePoint moment = as_utc - p->offset;
    if (moment < p->begin) {
      // Too late for this period, and for the one before it was too early unless that one has it.
      if (!skipped) skipped = p->begin;
    } else if (moment < p->end) {
      if (!first) first = moment;
      last = moment;
    }
    if (p == &table_->periods.back() || p->end > as_utc + kOffsetMost) break;
  }
  if (!first) return {Resolved::Kind::Gap, skipped.value(), skipped.value()};
  return {*first == *last ? Resolved::Kind::Unique : Resolved::Kind::Fold, *first, *last};
}

std::string TimeZone::format(TimePoint t) const {
  const LocalTime shown = local(t);
  const date::time_zone* known = table_->zone;
  const std::string zone =
      known == nullptr ? "UTC" : zone_for_people(known->get_info(floor<seconds>(t)).abbrev);
  return fmt::format("{} {} {}, {:02}:{:02} {}", shown.day,
                     kMonths.at(static_cast<std::size_t>(shown.month) - 1), shown.year, shown.hour,
                     shown.minute, zone);
}

}  // namespace latchkey

#include "tests/support/clock_changes.h"

#include "base/time_text.h"

namespace latchkey::test {
namespace {

using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year;

constexpr const char* kZones[] = {
    "Africa/Cairo",     "Africa/Casablanca", "Africa/Juba",        "America/Caracas",   "America/Havana",
    "America/New_York", "America/Nuuk",      "America/Santiago",   "America/Sao_Paulo", "America/St_Johns",
    "Antarctica/Casey", "Antarctica/Troll",  "Asia/Amman",         "Asia/Dhaka",        "Asia/Gaza",
    "Asia/Jakarta",     "Asia/Kathmandu",    "Asia/Pyongyang",     "Asia/Tehran",       "Australia/Lord_Howe",
    "Australia/Sydney", "Europe/Berlin",     "Europe/Dublin",      "Europe/Istanbul",   "Europe/Lisbon",
    "Pacific/Apia",     "Pacific/Chatham",   "Pacific/Kiritimati", "Pacific/Kwajalein", "Pacific/Norfolk"};

std::vector<ClockChange> all_changes() {
  std::vector<ClockChange> changes;
  for (const char* name : kZones) {
    const TimeZone zone = TimeZone::named(name).value();
    TimeZone::Period before = zone.period(sys_days(year(1990) / 1 / 1));
    while (before.end < sys_days(year(2038) / 1 / 1)) {
      const TimeZone::Period after = zone.period(before.end);
      if (after.offset != before.offset) changes.push_back({zone, before.end, after.offset - before.offset});
      before = after;
    }
  }
  return changes;
}

}  // namespace

std::string told(const ClockChange& change) {
  return change.zone.name() + " at " + format_utc(change.at);
}

const std::vector<ClockChange>& clock_changes() {
  static const std::vector<ClockChange> changes = all_changes();
  return changes;
}

WatchedClocks::WatchedClocks(const ClockChange& change, minutes around)
    : begin_(change.at - around), end_(change.at + around + std::chrono::abs(change.step)) {
  for (TimePoint t = begin_; t < end_; t += minutes(1)) {
    const LocalTime local = change.zone.local(t);
    shown_.emplace_hint(shown_.end(), t, local);
    moments_[local].push_back(t);
  }
  const auto end = to_seconds(moments_.rbegin()->first);
  for (auto t = to_seconds(moments_.begin()->first); t <= end; t += minutes(1)) {
    calendar_.push_back(to_local_time(t));
  }
}

std::vector<TimePoint> WatchedClocks::moments(const LocalTime& t) const {
  const auto found = moments_.find(t);
  return found == moments_.end() ? std::vector<TimePoint>() : found->second;
}

std::optional<TimePoint> WatchedClocks::skipped_at(const LocalTime& t) const {
  for (auto each = shown_.begin(); each != shown_.end(); ++each) {
    if (each != shown_.begin() && std::prev(each)->second < t && t < each->second) return each->first;
  }
  return std::nullopt;
}

}  // namespace latchkey::test

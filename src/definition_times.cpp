#include "definition_times.h"

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/text.h"
#include "base/time_text.h"

namespace latchkey {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const std::string kAtExpected = R"(a local time such as "2026-12-01T09:00:00")";
const std::string kZoneExpected = R"(an IANA name such as "Asia/Jakarta")";

std::optional<TimeZone> read_zone(ConfigSection& section) {
  const auto name = section.text("timezone", kZoneExpected);
  if (!name) return std::nullopt;
  std::optional<TimeZone> zone = TimeZone::named(*name);
  if (!zone) {
    std::string message = "expected " + kZoneExpected + ", got \"" + shown(*name) + "\"";
    if (const auto meant = TimeZone::nearest_name(*name)) message += "; did you mean \"" + *meant + "\"?";
    section.wrong("timezone", message);
  }
  return zone;
}

std::optional<LocalTime> read_at(ConfigSection& section) {
  const auto text = section.text("at", kAtExpected);
  if (!text) return std::nullopt;
  const auto at = parse_local_time(*text);
  if (!at && parse_rfc3339(*text)) {
    section.wrong("at", "expected no zone in it: the place whose clocks show it is schedule.timezone");
  } else if (!at) {
    section.wrong("at", "expected " + kAtExpected + ", got \"" + shown(*text) + "\"");
  }
  return at;
}

std::optional<job::Cron> read_cron(ConfigSection& section) {
  const auto text = section.text("cron");
  if (!text) return std::nullopt;
  try {
    return job::Cron::parse(*text, section.field("cron"));
  } catch (const InputError& error) {
    append_errors(section.errors(), error, section.line("cron"));
    return std::nullopt;
  }
}

/// Exactly one of `at` and `cron`.
std::optional<std::variant<LocalTime, job::Cron>> read_when(ConfigSection& section) {
  const auto at = read_at(section);
  const auto cron = read_cron(section);
  const bool has_at = section.line("at") != 0;
  const bool has_cron = section.line("cron") != 0;
  if (has_at && has_cron) {
    section.wrong("cron", "stands beside at; expected only one of them");
  } else if (!has_at && !has_cron) {
    section.has("at", kAtExpected + R"(, or cron, such as "0 9 * * MON")");
  } else if (at) {
    return *at;
  } else if (cron) {
    return *cron;
  }
  return std::nullopt;
}

/// What a run that takes place once has no use for.
void check_once(ConfigSection& section, const job::Schedule& when) {
  if (when.fold() == job::FoldPolicy::Both)
    section.wrong("fold", R"(would run twice what runs once; expected "first" or "last" beside at)");
  if (section.line("overlap") != 0)
    section.wrong("overlap", "is only for cron: what runs once has no predecessor");
  const LocalTime& at = std::get<LocalTime>(when.when());
  if (when.gap() == job::GapPolicy::Skip && when.zone().resolve(at).kind == Resolved::Kind::Gap) {
    section.wrong("at", "is skipped by the clocks of " + when.zone().name() +
                            R"(, and with gap = "skip" it would never run)");
  }
}

std::optional<minutes> read_time_of_day(ConfigSection& section, const std::string& key,
                                        const std::string& expected) {
  if (!section.has(key, expected)) return std::nullopt;
  const auto text = section.text(key, expected);
  if (!text) return std::nullopt;
  const auto time = job::parse_time_of_day(*text);
  if (!time) section.wrong(key, "expected " + expected + ", got \"" + shown(*text) + "\"");
  return time;
}

std::optional<job::Weekdays> read_days(ConfigSection& section) {
  const std::string expected = R"(days of the week such as "MON-FRI" or "MON,WED,FRI")";
  if (!section.has("days", expected)) return std::nullopt;
  const auto text = section.text("days", expected);
  if (!text) return std::nullopt;
  const auto days = job::parse_weekdays(*text);
  if (!days) section.wrong("days", "expected " + expected + ", got \"" + shown(*text) + "\"");
  return days;
}

}  // namespace

std::optional<job::DefinitionSchedule> read_schedule(ConfigSection section, std::optional<Millis> lifetime,
                                                     std::optional<TimeZone>& zone) {
  if (!section.present()) return std::nullopt;
  if (section.has("timezone", kZoneExpected)) zone = read_zone(section);
  const auto when = read_when(section);
  bool skips_gap = false;
  section.either("gap", skips_gap, "next", "skip");
  constexpr std::array kFolds{job::FoldPolicy::First, job::FoldPolicy::Last, job::FoldPolicy::Both};
  const auto fold = section.choice("fold", {"first", "last", "both"});
  bool queues = false;
  section.either("overlap", queues, "skip", "queue");
  std::optional<Millis> catch_up;
  section.duration("catch_up", catch_up, minutes(15), Millis(0), minutes(60));
  if (catch_up && lifetime && *catch_up > *lifetime) {
    section.wrong("catch_up", "expected at most the lifetime, " + format_duration(*lifetime) +
                                  ": the jobs of a run that begins later would be stale");
  }
  section.finish();
  if (!zone || !when) return std::nullopt;
  const job::Schedule schedule(*zone, *when, skips_gap ? job::GapPolicy::Skip : job::GapPolicy::Next,
                               kFolds.at(fold.value_or(0)));
  if (schedule.once()) check_once(section, schedule);
  return job::DefinitionSchedule{schedule, catch_up, queues ? job::Overlap::Queue : job::Overlap::Skip};
}

std::optional<job::SendWindow> read_window(ConfigSection section, bool has_schedules,
                                           std::optional<TimeZone> schedules) {
  if (!section.present()) return std::nullopt;
  const auto days = read_days(section);
  const auto from = read_time_of_day(section, "from", R"(a time of day such as "08:00")");
  const auto to = read_time_of_day(section, "to", R"(a time of day such as "18:00", at most "24:00")");
  const bool has_own = section.line("timezone") != 0;
  if (!has_own && !has_schedules) section.has("timezone", kZoneExpected);
  const std::optional<TimeZone> own = read_zone(section);
  const std::optional<TimeZone>& zone = has_own ? own : schedules;
  section.finish();
  if (!days || !from || !to) return std::nullopt;
  if (*from >= *to) {
    section.wrong("to", "must be after window.from: a window ends on the day on which it begins");
  } else if (*from == minutes(0) && *to == hours(24) && *days == job::Weekdays{1, 1, 1, 1, 1, 1, 1}) {
    section.wrong("days", "is never closed; leave [window] out");
  } else if (zone) {
    return job::SendWindow(*zone, *days, *from, *to);
  }
  return std::nullopt;
}

}  // namespace latchkey

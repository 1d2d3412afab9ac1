// For one side of a fold, local times become moments in order: a later local time never has an earlier
// moment. So the first local time whose moment lies after `after` is the answer, and both sides of folds are
// the earlier of two such answers. Nearly always the clocks are not set between one run and the next; then
// there is one answer, which takes one look at the zone.
#include "job/schedule.h"

#include <algorithm>
#include <utility>

namespace latchkey::job {
namespace {

// What a calendar can show and a cron expression be asked for.
constexpr TimePoint kFirst = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr TimePoint kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

std::chrono::local_seconds shown_at(TimePoint t, const TimeZone::Period& period) {
  return std::chrono::local_seconds(std::chrono::floor<std::chrono::seconds>(t).time_since_epoch() +
                                    period.offset);
}

}  // namespace

Schedule::Schedule(TimeZone zone, std::variant<LocalTime, Cron> when, GapPolicy gap, FoldPolicy fold)
    : zone_(std::move(zone)), when_(std::move(when)), gap_(gap), fold_(fold) {}

std::optional<Occurrence> Schedule::next(TimePoint after) const {
  if (after >= kEnd) return std::nullopt;
  after = std::max(after, kFirst);
  const TimeZone::Period& period = zone_.period(after);
  const std::chrono::local_seconds shown = shown_at(after, period);
  if (period.owns(shown)) {
    const auto nominal = next_nominal(to_local_time(shown));
    if (!nominal) return std::nullopt;
    const std::chrono::local_seconds then = to_seconds(*nominal);
    if (period.owns(then)) return Occurrence{TimePoint(then.time_since_epoch() - period.offset), *nominal};
  }
  const auto last = fold_ == FoldPolicy::First ? std::nullopt : next_of(after, true);
  if (fold_ == FoldPolicy::Last) return last;
  const auto first = next_of(after, false);
  return last && (!first || last->at < first->at) ? last : first;
}

std::optional<Occurrence> Schedule::next(const Occurrence& before) const {
  const TimeZone::Period& period = zone_.period(before.at);
  const Cron* cron = std::get_if<Cron>(&when_);
  // At its begin the clocks may show another time than was asked for.
  if (cron != nullptr && before.at != period.begin && period.owns(shown_at(before.at, period))) {
    if (const auto nominal = cron->next_that_day(before.nominal)) {
      const TimePoint at = before.at + std::chrono::hours(nominal->hour - before.nominal.hour) +
                           std::chrono::minutes(nominal->minute - before.nominal.minute);
      if (period.owns(shown_at(at, period))) return Occurrence{at, *nominal};
    }
  }
  return next(before.at);
}

std::optional<Occurrence> Schedule::next_of(TimePoint after, bool last) const {
  LocalTime from = zone_.local(after);
  const Resolved now = zone_.resolve(from);
  // While an hour is shown twice, what comes may be behind what is shown.
  if (now.kind == Resolved::Kind::Fold) {
    from = to_local_time(to_seconds(from) - std::chrono::floor<std::chrono::seconds>(now.last - now.first));
  }
  for (auto nominal = next_nominal(from); nominal; nominal = next_nominal(*nominal)) {
    const auto at = moment_of(zone_.resolve(*nominal), last);
    if (at && *at > after) return Occurrence{*at, *nominal};
  }
  return std::nullopt;
}

std::optional<TimePoint> Schedule::moment_of(const Resolved& resolved, bool last) const {
  if (resolved.kind == Resolved::Kind::Gap && gap_ == GapPolicy::Skip) return std::nullopt;
  return last ? resolved.last : resolved.first;
}

std::optional<LocalTime> Schedule::next_nominal(const LocalTime& after) const {
  if (const Cron* cron = std::get_if<Cron>(&when_)) return cron->next(after);
  const LocalTime& once = std::get<LocalTime>(when_);
  return once > after ? std::optional(once) : std::nullopt;
}

}  // namespace latchkey::job

#include "surface/schedule_view.h"

#include "base/time_text.h"
#include "definition_file.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kNextShown = 3;

OrderedJson text_or_nothing(const std::string& text) {
  return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

bool has_digest(const store::Schedule& schedule) {
  try {
    return definition_digest(schedule.path) == schedule.digest;
  } catch (const Error&) {
    return false;
  }
}

// As it is now; nullopt, and why, unless it is what was armed.
std::optional<job::Definition> read_definition(const store::Schedule& schedule, std::string& why) {
  try {
    job::Definition now = load_definition(schedule.path);
    if (now.digest == schedule.digest) return now;
    why = "the file has changed since it was enabled";
  } catch (const InputError&) {
    why = "the file has changed since it was enabled, and does not hold any more";
  } catch (const Error&) {
    why = "the file cannot be read any more";
  }
  return std::nullopt;
}

}  // namespace

std::vector<TimePoint> ScheduleView::next(TimePoint now, std::size_t most) const {
  std::vector<TimePoint> times;
  if (!armed() || !definition || !definition->schedule) return times;
  for (auto at = definition->schedule->when.next(now); at && times.size() < most;
       at = definition->schedule->when.next(*at)) {
    times.push_back(at->at);
  }
  return times;
}

std::vector<ScheduleView> schedule_views(store::Store& store, int last) {
  std::vector<ScheduleView> views;
  for (store::Schedule& schedule : store.schedules()) {
    ScheduleView view;
    view.last = store.occurrences(schedule.definition, last);
    view.schedule = std::move(schedule);
    view.definition = read_definition(view.schedule, view.why);
    if (!view.schedule.disarmed.empty()) view.why = view.schedule.disarmed;
    views.push_back(std::move(view));
  }
  return views;
}

std::string why_disarmed(const store::Schedule& schedule) {
  std::string why = schedule.disarmed;
  if (why.empty() && !has_digest(schedule)) read_definition(schedule, why);
  return why;
}

OrderedJson schedule_json(const ScheduleView& view, TimePoint now) {
  const store::Schedule& schedule = view.schedule;
  OrderedJson json{{"definition", schedule.definition}, {"path", schedule.path},
                   {"digest", schedule.digest},         {"state", view.armed() ? "armed" : "disarmed"},
                   {"why", text_or_nothing(view.why)},  {"enabledAt", format_utc(schedule.enabled_at)},
                   {"enabledBy", schedule.actor},       {"folder", nullptr},
                   {"next", OrderedJson::array()},      {"last", OrderedJson::array()}};
  if (view.definition) json["folder"] = text_or_nothing(view.definition->recipients.folder.string());
  for (const TimePoint at : view.next(now, kNextShown)) json["next"].push_back(format_utc(at));
  for (const store::Occurrence& one : view.last) {
    json["last"].push_back({{"nominal", one.nominal},
                            {"at", format_utc(one.at)},
                            {"state", name(one.state)},
                            {"batch", text_or_nothing(one.batch)},
                            {"reason", text_or_nothing(one.reason)}});
  }
  return json;
}

}  // namespace latchkey::surface

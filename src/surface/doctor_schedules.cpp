#include "base/text.h"
#include "base/time_text.h"
#include "surface/diagnosis.h"
#include "surface/schedule_view.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr Millis kLookBack = std::chrono::hours(24);
constexpr int kOccurrencesSeen = 200;
constexpr std::size_t kDisarmedShown = 200;

void examine_missed(const ScheduleView& view, TimePoint now, Diagnoses& found) {
  std::size_t missed = 0;
  std::optional<TimePoint> latest;
  for (const store::Occurrence& one : view.last) {
    if (one.state != store::OccurrenceState::Missed || now - one.created_at > kLookBack) continue;
    ++missed;
    if (!latest || one.at > *latest) latest = one.at;
  }
  if (missed == 0) return;
  found.warning(
      "schedule " + view.schedule.definition,
      counted(missed, "run") + (missed == 1 ? " was" : " were") + " missed in the last day, the latest of " +
          format_local(*latest) + ": no daemon ran in time.",
      "latchkey batch preview " + view.schedule.path + ", then batch submit, if it is still wanted");
}

}  // namespace

void examine_schedules(StoreSession& session, Diagnoses& found) {
  const std::vector<ScheduleView> views = schedule_views(session.store(), kOccurrencesSeen);
  std::size_t armed = 0;
  for (const ScheduleView& view : views) {
    examine_missed(view, session.now(), found);
    if (view.armed()) {
      ++armed;
      continue;
    }
    found.error("schedule " + view.schedule.definition,
                "It is disarmed and does not fire: " + shown(view.why, kDisarmedShown) + ".",
                "latchkey schedule enable " + view.schedule.path + ", or schedule disable " +
                    view.schedule.definition);
  }
  if (armed == views.size())
    found.ok("schedules", counted(armed, "schedule") + (armed == 1 ? " is" : " are") + " armed.");
}

}  // namespace latchkey::surface

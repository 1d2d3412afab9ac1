#include <map>

#include "base/text.h"
#include "base/time_text.h"
#include "surface/diagnosis.h"
#include "surface/schedule_view.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr Millis kLookBack = std::chrono::hours(24);
constexpr std::size_t kDisarmedShown = 200;

void examine_missed(const store::MissedRuns& missed, const std::string& path, Diagnoses& found) {
  found.warning("schedule " + missed.definition,
                counted(static_cast<std::size_t>(missed.runs), "run") +
                    (missed.runs == 1 ? " was" : " were") + " missed in the last day, the latest of " +
                    format_local(missed.latest) + ": no daemon ran in time.",
                "latchkey batch preview " + path + ", then batch submit, if it is still wanted");
}

}  // namespace

void examine_schedules(StoreSession& session, Diagnoses& found) {
  const std::vector<store::Schedule> schedules = session.store().schedules();
  std::map<std::string, store::MissedRuns> missed;
  for (store::MissedRuns& runs : session.store().missed_runs(session.now() - kLookBack))
    missed.emplace(runs.definition, std::move(runs));
  std::size_t armed = 0;
  for (const store::Schedule& schedule : schedules) {
    if (const auto runs = missed.find(schedule.definition); runs != missed.end())
      examine_missed(runs->second, schedule.path, found);
    const std::string why = why_disarmed(schedule);
    if (why.empty()) {
      ++armed;
      continue;
    }
    found.error("schedule " + schedule.definition,
                "It is disarmed and does not fire: " + shown(why, kDisarmedShown) + ".",
                "latchkey schedule enable " + schedule.path + ", or schedule disable " + schedule.definition);
  }
  if (armed == schedules.size())
    found.ok("schedules", counted(armed, "schedule") + (armed == 1 ? " is" : " are") + " armed.");
}

}  // namespace latchkey::surface

#include "surface/preview_warnings.h"

#include "base/text.h"
#include "base/time_text.h"
#include "surface/outlook.h"
#include "surface/words.h"
#include "surface/zone_words.h"

namespace latchkey::surface {
namespace {

using Warnings = std::vector<PreviewWarning>;

std::size_t as_size(std::int64_t number) {
  return static_cast<std::size_t>(number);
}

void warn_of_rows(const BatchPreview& preview, Warnings& warnings) {
  const engine::RunPlan& plan = preview.plan;
  if (plan.broken > 0) {
    const bool skips = preview.definition.recipients.skip_broken;
    warnings.push_back(
        {"broken_rows", counted(as_size(plan.broken), "row") + (plan.broken == 1 ? " is" : " are") +
                            " broken: " +
                            (skips ? "left out, as the definition says"
                                   : "nothing will be submitted before they are mended, or the "
                                     "definition says broken = \"skip\"") +
                            "."});
  }
  if (plan.jobs == 0) warnings.push_back({"no_jobs", "Nobody would be written to."});
  if (!plan.unknown.empty()) {
    std::string names;
    for (const std::string& name : plan.unknown) names += (names.empty() ? "" : ", ") + shown(name);
    warnings.push_back({"columns_not_read", "Not read, because nothing here knows them: " + names + "."});
  }
}

void warn_of_length(const ChosenRun& chosen, const BatchPreview& preview, Warnings& warnings) {
  const engine::RunPlan& plan = preview.plan;
  if (!plan.last_due) return;
  const TimeZone zone = zone_or_utc(plan.zone);
  if (plan.days.size() > 1) {
    const std::int64_t later = plan.jobs - plan.days.begin()->second;
    warnings.push_back({"several_days", "It does not fit into one day: " + counted(as_size(later), "job") +
                                            (later == 1 ? " moves" : " move") +
                                            " to later days, and it ends on " +
                                            day_words(plan.days.rbegin()->first) + "."});
  }
  if (plan.beyond_within) {
    warnings.push_back({"beyond_within", "It would last until " + time_words(zone, *plan.last_due) +
                                             ", longer than [pace] within = " +
                                             format_duration(*preview.definition.pace.within) +
                                             " allows, and will be refused."});
  }
  const auto& schedule = chosen.definition().schedule;
  if (!schedule || schedule->when.once()) return;
  const auto next = schedule->when.next(preview.begin);
  if (next && *plan.last_due > next->at) {
    warnings.push_back({"outlasts_schedule", "It would last until " + time_words(zone, *plan.last_due) +
                                                 ", and the schedule's next run is at " +
                                                 time_words(zone, next->at) + " already."});
  }
}

void warn_of_others(StoreSession& session, const ChosenRun& chosen, const BatchPreview& preview,
                    Warnings& warnings) {
  const job::Definition& definition = preview.definition;
  if (!preview.batch.empty()) {
    warnings.push_back(
        {"already_submitted", "These recipients are submitted already, as " + preview.batch +
                                  ": submitting them again does nothing without --again --reason."});
  }
  if (chosen.is_over(session.now())) {
    warnings.push_back({"time_is_over",
                        "The time of [schedule] at is over: it would begin at once, and submitting "
                        "it takes --again --reason."});
  }
  const auto armed = session.store().find_schedule(definition.name);
  if (armed && armed->disarmed.empty() && definition.schedule) {
    warnings.push_back(
        {"schedule_is_armed",
         "Its schedule is armed and fires by itself: submitting it by hand is a run beside that."});
  }
}

}  // namespace

Warnings preview_warnings(StoreSession& session, const ChosenRun& chosen, const BatchPreview& preview,
                          bool by_hand) {
  Warnings warnings;
  if (by_hand) warn_of_others(session, chosen, preview, warnings);
  const std::string in_the_way = obstacle(session, preview.definition.provider);
  if (!in_the_way.empty()) warnings.push_back({"nothing_is_sent_now", in_the_way});
  warn_of_rows(preview, warnings);
  warn_of_length(chosen, preview, warnings);
  return warnings;
}

}  // namespace latchkey::surface

#include "surface/health.h"

#include "base/time_text.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using Trouble = engine::Pulse::Trouble;

constexpr std::size_t kLogUnit = 1024 * 1024;
constexpr Millis kStuckAfter{10'000};  // the thread comes by every 50 ms, and waits 2 s for a database
constexpr Millis kCheckpointLateAfter{60'000};  // one is published each second in which something happened

void judge_engine(const engine::Pulse::State& pulse, Millis boot, std::vector<HealthNote>& reasons) {
  if (pulse.stopping) {
    reasons.push_back({"stopping", "the daemon is stopping; it lets calls under way end"});
  }
  if (!pulse.last_beat) {
    reasons.push_back({"starting", "the engine has not begun yet"});
  } else if (boot - *pulse.last_beat > kStuckAfter) {
    reasons.push_back({"stuck", "the engine has not moved for " + format_span(boot - *pulse.last_beat)});
  }
  switch (pulse.trouble) {
    case Trouble::None:
      return;
    case Trouble::DiskFull:
      return reasons.push_back({"disk_full", "the disk is full: nothing is stored or sent"});
    case Trouble::Database:
      return reasons.push_back(
          {"database_unwritable", "the database cannot be written: nothing is stored or sent"});
  }
}

void judge_provider(job::Provider provider, bool on, const job::Gate& gate, TimePoint now,
                    std::vector<HealthNote>& warnings) {
  const std::string name(job::name(provider));
  switch (opening_of(gate, on, now)) {
    case Opening::Off:
      return warnings.push_back({"provider_off", name + " has no credentials: its jobs are turned away"});
    case Opening::Paused:
      return warnings.push_back({"provider_paused", name + " is paused since " + format_utc(gate.paused_at) +
                                                        ": its jobs go stale"});
    case Opening::Waiting:
      return warnings.push_back(
          {"provider_waiting", name + " has asked us to wait until " + format_utc(*gate.wait_until)});
    case Opening::Open:
      return;
  }
}

void judge_queue(const Figures& figures, std::vector<HealthNote>& warnings) {
  if (const auto held = figures.jobs_in(job::State::Held); held > 0) {
    warnings.push_back({"jobs_held", counted(static_cast<std::size_t>(held), "job") +
                                         (held == 1 ? " is" : " are") +
                                         " held: they may have been sent, and a person decides"});
  }
  if (const auto lost = figures.events.given_up; lost > 0) {
    warnings.push_back({"webhooks_given_up", counted(static_cast<std::size_t>(lost), "webhook message") +
                                                 " could not be delivered and " +
                                                 (lost == 1 ? "was" : "were") + " given up"});
  }
}

void judge_schedules(const Figures& figures, std::vector<HealthNote>& warnings) {
  if (const auto disarmed = figures.schedules_disarmed; disarmed > 0) {
    warnings.push_back(
        {"schedule_disarmed", counted(static_cast<std::size_t>(disarmed), "schedule") +
                                  (disarmed == 1 ? " is" : " are") +
                                  " disarmed, since a file has changed: nothing of it is sent"});
  }
  if (const auto missed = figures.runs_missed; missed > 0) {
    warnings.push_back({"runs_missed", counted(static_cast<std::size_t>(missed), "run") + " of schedules " +
                                           (missed == 1 ? "was" : "were") + " missed in the last day"});
  }
}

}  // namespace

Health judge_health(const engine::Pulse::State& pulse, const engine::PublishedCheckpoint::State& published,
                    const Figures& figures, const Instant& now) {
  Health health;
  judge_engine(pulse, now.boot, health.reasons);
  if (!figures.readable) {
    health.reasons.push_back({"database_unreadable", "the database cannot be read"});
    return health;
  }
  for (const job::Provider provider : job::kProviders) {
    const auto place = static_cast<std::size_t>(provider);
    judge_provider(provider, pulse.on.at(place), figures.gates.at(place), now.wall, health.warnings);
  }
  judge_queue(figures, health.warnings);
  judge_schedules(figures, health.warnings);
  if (figures.wal_bytes > Figures::kWalHeld) {
    health.warnings.push_back(
        {"log_held", "the database's log has " +
                         counted(static_cast<std::size_t>(figures.wal_bytes) / kLogUnit) +
                         " MiB and grows: somebody has it open and reads an old state"});
  }
  if (published.failing) {
    health.warnings.push_back(
        {"anchors_unreachable",
         "no checkpoint could be published; the ledger goes on, and nothing outside shows it"});
  } else if (figures.uncovered_since && now.wall - *figures.uncovered_since > kCheckpointLateAfter) {
    health.warnings.push_back({"checkpoint_late", "no checkpoint covers what was written since " +
                                                      format_utc(*figures.uncovered_since)});
  }
  return health;
}

}  // namespace latchkey::surface

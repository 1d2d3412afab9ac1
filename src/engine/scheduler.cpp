#include "engine/scheduler.h"

#include <algorithm>

#include "base/json.h"
#include "base/time_text.h"
#include "ledger/entry.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;
using store::OccurrenceState;

// Of a long absence the latest are written down one by one, and how many there were before.
constexpr int kMissedMax = 100;

ledger::Entry schedule_entry(const Context& context, EntryType type, const std::string& definition) {
  ledger::Entry entry;
  entry.type = type;
  entry.actor = context.actor;
  entry.definition = definition;
  return entry;
}

// A run that does not take place. `nominal`: as the ledger names it; a dropped file's name may be a person's.
void put_left_out(Context& context, const store::Occurrence& occurrence,
                  const std::optional<std::string>& nominal) {
  const bool missed = occurrence.state == OccurrenceState::Missed;
  ledger::Entry entry = schedule_entry(
      context, missed ? EntryType::OccurrenceMissed : EntryType::OccurrenceSkipped, occurrence.definition);
  entry.reason = occurrence.reason;
  entry.nominal = nominal;
  context.store.append(entry);
  context.store.put_occurrence(occurrence);
}

Millis lifetime_of(const job::Definition& definition, const Settings& settings) {
  return definition.lifetime.value_or(settings.of(definition.provider).link_lifetime);
}

// A run that may begin late may do so only while a job due at its time would be fresh.
Millis catch_up_of(const job::Definition& definition, const Settings& settings) {
  const Millis lifetime = lifetime_of(definition, settings);
  return std::min(lifetime, definition.schedule->catch_up.value_or(lifetime));
}

// When the jobs of a batch that has not ended are all due.
TimePoint last_due_of(const store::Batch& batch) {
  const auto plan = parse_json(batch.plan);
  if (!plan || !plan->contains("lastDueAt") || !plan->at("lastDueAt").is_string()) return batch.created_at;
  return parse_rfc3339(plan->at("lastDueAt").get<std::string>()).value_or(batch.created_at);
}

}  // namespace

store::Schedule enable_schedule(Context& context, const job::Definition& definition) {
  if (!definition.schedule && definition.recipients.folder.empty()) {
    throw InputError(
        "wrong_state", "schedule",
        "the definition has neither a [schedule] nor a drop folder: `latchkey batch submit` runs it");
  }
  if (definition.schedule && !definition.schedule->when.next(context.now.wall)) {
    throw InputError("wrong_state", "schedule.at", "its time is over, so it would never fire");
  }
  store::Schedule schedule;
  schedule.definition = definition.name;
  schedule.path = definition.file.string();
  schedule.digest = definition.digest;
  schedule.actor = context.actor;
  schedule.enabled_at = context.now.wall;
  schedule.seen_until = context.now.wall;
  ledger::Entry entry = schedule_entry(context, EntryType::ScheduleEnabled, definition.name);
  entry.digest = definition.digest;
  context.store.append(entry);
  context.store.put_schedule(schedule);
  return schedule;
}

bool disable_schedule(Context& context, const std::string& definition, const std::string& reason) {
  if (!context.store.find_schedule(definition)) return false;
  ledger::Entry entry = schedule_entry(context, EntryType::ScheduleDisabled, definition);
  if (!reason.empty()) {
    ledger::check_reason(reason);
    entry.reason = reason;
  }
  context.store.append(entry);
  context.store.drop_schedule(definition);
  return true;
}

Scheduler::Scheduler(const ImportParts& parts, DefinitionSource& source, Tell tell)
    : parts_(parts), source_(source), tell_(std::move(tell)) {}

template <typename Work>
void Scheduler::write(Work work) {
  store::Transaction transaction(parts_.store);
  Forecasts forecasts(parts_.store, parts_.settings, transaction.now().wall);
  Context context{parts_.store, parts_.random, parts_.settings, forecasts, transaction.now(), parts_.actor};
  work(context);
  transaction.commit();
}

TimePoint Scheduler::tick() {
  TimePoint next = parts_.clock.now().wall + kLookAgain;
  std::set<std::string> there;
  for (store::Schedule& schedule : parts_.store.schedules()) {
    if (!schedule.disarmed.empty()) continue;
    there.insert(schedule.definition);
    Armed& armed = armed_[schedule.definition];
    if (armed.digest != schedule.digest) {
      armed = {};
      armed.digest = schedule.digest;
    }
    fire_due(schedule, armed);
    if (armed.next) next = std::min(next, armed.next->at);
  }
  std::erase_if(armed_, [&](const auto& known) { return !there.contains(known.first); });
  return next;
}

// A definition is read when it is armed, every few seconds, and before anything of it fires: what fires is
// exactly the file that somebody looked at.
bool Scheduler::still_the_same(store::Schedule& schedule, Armed& armed) {
  try {
    job::Definition now = source_.load(schedule.path);
    if (now.digest == schedule.digest) {
      armed.definition = std::move(now);
      armed.looked = parts_.clock.now().boot;
      return true;
    }
    disarm(schedule, "the file has changed since it was enabled");
  } catch (const store::StoreBusy&) {
    throw;
  } catch (const InputError&) {
    disarm(schedule, "the file has changed since it was enabled, and does not hold any more");
  } catch (const Error&) {
    disarm(schedule, "the file cannot be read any more");
  }
  return false;
}

void Scheduler::disarm(store::Schedule& schedule, const std::string& why) {
  schedule.disarmed = why;
  write([&](Context& context) {
    ledger::Entry entry = schedule_entry(context, EntryType::ScheduleDisabled, schedule.definition);
    entry.reason = why;
    context.store.append(entry);
    context.store.put_schedule(schedule);
  });
  tell_("schedule " + schedule.definition + " is disarmed: " + why +
            "; `latchkey schedule enable` arms it anew",
        true);
}

void Scheduler::fire_due(store::Schedule& schedule, Armed& armed) {
  const Instant now = parts_.clock.now();
  const bool folder = armed.definition && !armed.definition->schedule;
  const bool look = !armed.definition || now.boot - armed.looked >= (folder ? kLookAgain : kLookAtFile);
  if (look && !still_the_same(schedule, armed)) return;
  if (!armed.definition->schedule) {
    if (look) take_dropped(schedule, armed);
    return;
  }
  const Millis catch_up = catch_up_of(*armed.definition, parts_.settings);
  const bool unknown = !armed.next || armed.next_of != schedule.seen_until;
  if (unknown || armed.next->at + catch_up < now.wall) {
    count_missed(schedule, armed);
    armed.next_of = schedule.seen_until;
    armed.next = armed.definition->schedule->when.next(schedule.seen_until);
  }
  while (armed.next && armed.next->at <= now.wall) {
    if (!look && !still_the_same(schedule, armed)) return;
    if (!fire(schedule, armed, *armed.next)) return;
    armed.next_of = schedule.seen_until;
    armed.next = armed.definition->schedule->when.next(schedule.seen_until);
  }
}

// Years without a daemon are one entry, with their count, before the latest ones.
void Scheduler::count_missed(store::Schedule& schedule, Armed& armed) {
  const job::Schedule& when = armed.definition->schedule->when;
  const TimePoint fires_from = parts_.clock.now().wall - catch_up_of(*armed.definition, parts_.settings);
  std::vector<job::Occurrence> latest;
  std::int64_t missed = 0;
  for (auto at = when.next(schedule.seen_until); at && at->at < fires_from; at = when.next(*at)) {
    ++missed;
    latest.push_back(*at);
    if (latest.size() > kMissedMax) latest.erase(latest.begin());
  }
  const std::int64_t before = missed - static_cast<std::int64_t>(latest.size());
  if (before == 0) return;
  write([&](Context& context) {
    ledger::Entry entry = schedule_entry(context, EntryType::OccurrenceMissed, schedule.definition);
    entry.count = before;
    entry.reason = "no daemon ran at their times";
    context.store.append(entry);
    schedule.seen_until = latest.front().at - Millis(1);
    context.store.put_schedule(schedule);
  });
}

// False: it could not be done now, and is tried again.
bool Scheduler::fire(store::Schedule& schedule, Armed& armed, const job::Occurrence& occurrence) {
  const job::Definition& definition = *armed.definition;
  const TimePoint now = parts_.clock.now().wall;
  const std::string nominal = format_utc(occurrence.at);
  const auto leave_out = [&](OccurrenceState state, const std::string& why) {
    write_down(schedule, nominal, occurrence.at, state, why);
    return true;
  };
  if (now - occurrence.at > catch_up_of(definition, parts_.settings))
    return leave_out(OccurrenceState::Missed, "no daemon ran in time");
  TimePoint begin = std::max(now, occurrence.at);
  for (const store::Batch& batch : parts_.store.open_batches(definition.name)) {
    if (batch.nominal == nominal) continue;  // left by a process that died over it
    if (definition.schedule->overlap == job::Overlap::Skip)
      return leave_out(OccurrenceState::Skipped, "the run before had not ended");
    begin = std::max(begin, last_due_of(batch));
  }
  const Run run{definition, nominal, begin, "", [&] { return source_.open(definition.recipients.file); }};
  try {
    const SubmittedRun done = submit_run(parts_, run);
    tell_("schedule " + schedule.definition + ": " + nominal + " is " + done.batch.id + ", " +
              std::to_string(done.plan.jobs) + " jobs",
          false);
    schedule.seen_until = occurrence.at;
    write([&](Context& context) { context.store.put_schedule(schedule); });
    return true;
  } catch (const InputError& error) {
    if (error.code() == "try_later") return false;
    return leave_out(OccurrenceState::Skipped, "its recipients or its definition do not hold (" +
                                                   error.code() + "); latchkey batch preview says more");
  } catch (const RecipientsUnreadable& error) {
    if (armed.told != nominal) tell_("schedule " + schedule.definition + ": " + error.what(), true);
    armed.told = nominal;
    return false;  // until it is missed
  }
}

// A file is complete once two looks have found it the same.
void Scheduler::take_dropped(const store::Schedule& schedule, Armed& armed) {
  const job::Definition& definition = *armed.definition;
  std::set<DroppedFile> now;
  for (DroppedFile& file : source_.list(definition.recipients.folder)) now.insert(std::move(file));
  for (const DroppedFile& file : now) {
    if (armed.handled.contains(file) || !armed.seen.contains(file)) continue;
    const std::string called = schedule.definition + ": " + file.path.filename().string();
    const std::string refused =
        "refused:" + file.path.filename().string() + ":" + std::to_string(file.changed);
    if (parts_.store.find_occurrence(schedule.definition, refused)) {
      armed.handled.insert(file);
      continue;
    }
    const Run run{definition, "", parts_.clock.now().wall, "", [&] { return source_.open(file.path); }};
    try {
      const SubmittedRun done = submit_run(parts_, run);
      tell_(called + (done.created ? " is " : " was taken before, as ") + done.batch.id + ", " +
                std::to_string(done.plan.jobs) + " jobs",
            false);
    } catch (const InputError& error) {
      if (error.code() == "try_later") continue;
      refuse_dropped(schedule.definition, refused,
                     "a dropped file does not hold (" + error.code() + "); latchkey batch preview says more");
    } catch (const RecipientsUnreadable&) {
      continue;  // it was moved away
    }
    armed.handled.insert(file);
  }
  std::erase_if(armed.handled, [&](const DroppedFile& file) { return !now.contains(file); });
  armed.seen = std::move(now);
}

void Scheduler::write_down(store::Schedule& schedule, const std::string& nominal, TimePoint at,
                           OccurrenceState state, const std::string& reason) {
  write([&](Context& context) {
    put_left_out(context, {schedule.definition, nominal, at, state, "", reason, context.now.wall}, nominal);
    schedule.seen_until = at;
    context.store.put_schedule(schedule);
  });
  tell_("schedule " + schedule.definition + ": " + std::string(name(state)) + ", " + reason, true);
}

void Scheduler::refuse_dropped(const std::string& definition, const std::string& key,
                               const std::string& reason) {
  write([&](Context& context) {
    const TimePoint now = context.now.wall;
    put_left_out(context, {definition, key, now, OccurrenceState::Skipped, "", reason, now}, std::nullopt);
  });
  tell_("schedule " + definition + ": " + reason, true);
}

}  // namespace latchkey::engine

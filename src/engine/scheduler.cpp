#include "engine/scheduler.h"

#include <algorithm>
#include <deque>

#include "base/json.h"
#include "base/time_text.h"
#include "ledger/entry.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;
using store::OccurrenceState;

// Of a long absence the latest are written down one by one, and how many there were before.
constexpr int kMissedMax = 100;
// Where there are few files, a change is noticed at once.
constexpr std::int64_t kLooksLeast = 50;

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

// False when somebody has disabled it, or armed it anew, since it was read: storing a run takes a while, and
// what a person has done meanwhile stays.
bool put_back(Context& context, const store::Schedule& schedule) {
  const auto now = context.store.find_schedule(schedule.definition);
  if (!now || now->digest != schedule.digest || now->enabled_at != schedule.enabled_at) return false;
  context.store.put_schedule(schedule);
  return true;
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
  const auto next = definition.schedule ? definition.schedule->when.next(context.now.wall) : std::nullopt;
  if (definition.schedule && !next) {
    throw InputError("wrong_state", "schedule.at", "its time is over, so it would never fire");
  }
  store::Schedule schedule;
  schedule.definition = definition.name;
  schedule.path = definition.file.string();
  schedule.digest = definition.digest;
  schedule.actor = context.actor;
  schedule.enabled_at = context.now.wall;
  schedule.seen_until = context.now.wall;
  schedule.next_at = next ? next->at : TimePoint();
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
  const TimePoint now = parts_.clock.now().wall;
  for (store::Schedule& schedule : parts_.store.due_schedules(now)) handle(schedule);
  look_at_files();
  const TimePoint again = parts_.clock.now().wall + kLookAgain;
  return std::min(again, parts_.store.next_schedule_time(now).value_or(again));
}

Scheduler::Armed& Scheduler::armed_of(const store::Schedule& schedule) {
  Armed& armed = armed_[schedule.definition];
  if (armed.digest != schedule.digest) {
    armed = {};
    armed.digest = schedule.digest;
  }
  armed.round = round_;
  return armed;
}

// Each pass looks at a share of the files, so that all of them have their turn within kLookAtFile.
void Scheduler::look_at_files() {
  const Millis now = parts_.clock.now().boot;
  const Millis since = looked_ ? std::min(now - *looked_, kLookAtFile) : kLookAgain;
  if (since <= Millis(0)) return;
  looked_ = now;
  const std::int64_t armed = parts_.store.count_schedules().armed;
  const std::int64_t share = std::max(kLooksLeast, armed * since.count() / kLookAtFile.count() + 1);
  std::vector<store::Schedule> some = parts_.store.armed_schedules_after(looked_to_, share);
  for (store::Schedule& schedule : some) looks_the_same(schedule);
  if (static_cast<std::int64_t>(some.size()) == share) {
    looked_to_ = some.back().definition;
    return;
  }
  looked_to_.clear();
  std::erase_if(armed_, [this](const auto& known) { return known.second.round != round_; });
  ++round_;
}

bool Scheduler::looks_the_same(store::Schedule& schedule) {
  const Armed& armed = armed_of(schedule);
  return (armed.mark && source_.mark(schedule.path) == armed.mark) || read(schedule);
}

// What fires is exactly the file that somebody looked at; anything else is disarmed, and nullopt.
std::optional<job::Definition> Scheduler::read(store::Schedule& schedule) {
  Armed& armed = armed_of(schedule);
  armed.mark.reset();
  std::string why = "the file has changed since it was enabled";
  try {
    const auto mark = source_.mark(schedule.path);
    job::Definition now = source_.load(schedule.path);
    if (now.digest == schedule.digest) {
      armed.mark = mark;
      return now;
    }
  } catch (const InputError&) {
    why += ", and does not hold any more";
  } catch (const Error&) {
    why = "the file cannot be read any more";
  }
  disarm(schedule, why);
  return std::nullopt;
}

void Scheduler::disarm(store::Schedule& schedule, const std::string& why) {
  schedule.disarmed = why;
  bool stands = false;
  write([&](Context& context) {
    stands = put_back(context, schedule);
    if (!stands) return;
    ledger::Entry entry = schedule_entry(context, EntryType::ScheduleDisabled, schedule.definition);
    entry.reason = why;
    context.store.append(entry);
  });
  if (!stands) return;
  tell_("schedule " + schedule.definition + " is disarmed: " + why +
            "; `latchkey schedule enable` arms it anew",
        true);
}

void Scheduler::handle(store::Schedule& schedule) {
  Armed& armed = armed_of(schedule);
  const Millis now = parts_.clock.now().boot;
  if (armed.folder) {
    if (now - armed.folder->looked < kLookAgain || !looks_the_same(schedule)) return;
    armed.folder->looked = now;
    return take_dropped(schedule, *armed.folder);
  }
  auto definition = read(schedule);
  if (!definition) return;
  if (definition->schedule) return fire_due(schedule, std::move(*definition));
  armed.folder.emplace(Folder{definition->recipients.folder, now, {}, {}});
  take_dropped(schedule, *armed.folder);
}

void Scheduler::fire_due(store::Schedule& schedule, job::Definition definition) {
  const TimePoint now = parts_.clock.now().wall;
  const auto next = [&] { return definition.schedule->when.next(schedule.seen_until); };
  auto due = next();
  if (due && due->at + catch_up_of(definition, parts_.settings) < now) {
    count_missed(schedule, definition);
    due = next();
  }
  for (bool first = true; due && due->at <= now; due = next(), first = false) {
    if (!first) {
      auto again = read(schedule);
      if (!again) return;
      definition = std::move(*again);
    }
    if (!fire(schedule, definition, *due)) return;
  }
  const std::optional<TimePoint> next_at = due ? std::optional(due->at) : std::nullopt;
  if (schedule.next_at == next_at) return;
  schedule.next_at = next_at;  // it was not known, or the zone's rules have changed
  write([&](Context& context) { put_back(context, schedule); });
}

// Years without a daemon are one entry, with their count, before the latest ones.
void Scheduler::count_missed(store::Schedule& schedule, const job::Definition& definition) {
  const job::Schedule& when = definition.schedule->when;
  const TimePoint fires_from = parts_.clock.now().wall - catch_up_of(definition, parts_.settings);
  std::deque<job::Occurrence> latest;
  std::int64_t missed = 0;
  for (auto at = when.next(schedule.seen_until); at && at->at < fires_from; at = when.next(*at)) {
    ++missed;
    latest.push_back(*at);
    if (latest.size() > kMissedMax) latest.pop_front();
  }
  const std::int64_t before = missed - static_cast<std::int64_t>(latest.size());
  if (before == 0) return;
  write([&](Context& context) {
    ledger::Entry entry = schedule_entry(context, EntryType::OccurrenceMissed, schedule.definition);
    entry.count = before;
    entry.reason = "no daemon ran at their times";
    context.store.append(entry);
    schedule.seen_until = latest.front().at - Millis(1);
    put_back(context, schedule);
  });
}

// False: it could not be done now, and is tried again.
bool Scheduler::fire(store::Schedule& schedule, const job::Definition& definition,
                     const job::Occurrence& occurrence) {
  const TimePoint now = parts_.clock.now().wall;
  const std::string nominal = format_utc(occurrence.at);
  const auto pass = [&] {
    const auto next = definition.schedule->when.next(occurrence);
    schedule.seen_until = occurrence.at;
    schedule.next_at = next ? std::optional(next->at) : std::nullopt;
  };
  const auto leave_out = [&](OccurrenceState state, const std::string& why) {
    pass();
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
    pass();
    write([&](Context& context) { put_back(context, schedule); });
    return true;
  } catch (const InputError& error) {
    if (error.code() == "try_later") return false;
    return leave_out(OccurrenceState::Skipped, "its recipients or its definition do not hold (" +
                                                   error.code() + "); latchkey batch preview says more");
  } catch (const RecipientsUnreadable& error) {
    std::string& told = armed_of(schedule).told;
    if (told != nominal) tell_("schedule " + schedule.definition + ": " + error.what(), true);
    told = nominal;
    return false;  // until it is missed
  }
}

// A file is complete once two looks have found it the same.
void Scheduler::take_dropped(store::Schedule& schedule, Folder& folder) {
  std::set<DroppedFile> now;
  for (DroppedFile& file : source_.list(folder.path)) now.insert(std::move(file));
  for (const DroppedFile& file : now) {
    if (folder.handled.contains(file) || !folder.seen.contains(file)) continue;
    const std::string called = schedule.definition + ": " + file.path.filename().string();
    const std::string refused =
        "refused:" + file.path.filename().string() + ":" + std::to_string(file.changed);
    if (parts_.store.find_occurrence(schedule.definition, refused)) {
      folder.handled.insert(file);
      continue;
    }
    const auto definition = read(schedule);
    if (!definition) return;
    const Run run{*definition, "", parts_.clock.now().wall, "", [&] { return source_.open(file.path); }};
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
    folder.handled.insert(file);
  }
  std::erase_if(folder.handled, [&](const DroppedFile& file) { return !now.contains(file); });
  folder.seen = std::move(now);
}

void Scheduler::write_down(const store::Schedule& schedule, const std::string& nominal, TimePoint at,
                           OccurrenceState state, const std::string& reason) {
  write([&](Context& context) {
    put_left_out(context, {schedule.definition, nominal, at, state, "", reason, context.now.wall}, nominal);
    put_back(context, schedule);
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

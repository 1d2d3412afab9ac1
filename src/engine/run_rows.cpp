#include "engine/run_rows.h"

#include <algorithm>

#include "engine/door.h"

namespace latchkey::engine {
namespace {

using job::Code;
using job::State;

Pacer::Pace pace_of(const Run& run, const Settings& settings) {
  const job::Definition& definition = run.definition;
  Pacer::Pace pace;
  pace.provider = definition.provider;
  pace.rate = settings.of(definition.provider).rate;
  pace.margin = definition.pace.margin;
  pace.calls = settings.calls_of(definition.hand_over);
  pace.lifetime = definition.lifetime.value_or(settings.of(definition.provider).link_lifetime);
  pace.window = definition.window;
  return pace;
}

TimeZone zone_of_days(const job::Definition& definition) {
  if (definition.window) return definition.window->zone();
  if (definition.schedule) return definition.schedule->when.zone();
  return *TimeZone::named("UTC");
}

// It has been sent, or still may be.
bool counts_as_sent(const job::Job& job) {
  switch (job.standing.state) {
    case State::Queued:
    case State::Running:
    case State::Done:
    case State::Held:
      return true;
    case State::Failed:
    case State::Stale:
    case State::Cancelled:
      return false;
  }
  return false;
}

}  // namespace

job::SubmissionLimits limits_of(const Run& run, const Settings& settings, TimePoint now) {
  job::SubmissionLimits limits{settings.of(run.definition.provider).link_lifetime, now};
  limits.hand_over = run.definition.hand_over;
  return limits;
}

RunRows::RunRows(const Run& run, const Settings& settings, Forecasts& forecasts, Random& random)
    : run_(run),
      settings_(settings),
      pacer_(forecasts, pace_of(run, settings), run.begin),
      hash_(random),
      zone_(zone_of_days(run.definition)),
      period_{} {
  plan_.zone = zone_.name();
}

RunRows::Verdict RunRows::judge(Context& context, job::Submission row, int line) {
  Verdict verdict;
  if (row.at || row.lifetime) {
    broken({row.at ? "at" : "lifetime", "a batch's jobs have the time and lifetime that its definition says",
            line});
    return verdict;
  }
  const auto key = hash_.of(row.recipient.normalised);
  const auto subject = context.store.find_subject(row.provider, row.recipient.normalised);
  if (subject) verdict.subject = subject->id;
  if (recipients_.find(key) != recipients_.kNone) {
    verdict.skipped = Code::Duplicate;
  } else {
    recipients_.add(key, {});
    if (subject) verdict.skipped = why_skipped(context, *subject);
  }
  if (!verdict.skipped) {
    row.request_id.clear();  // a batch names its jobs itself
    row.lifetime = run_.definition.lifetime;
    row.planned = pacer_.earliest();
    try {
      admit_at_door(context, row);
    } catch (const InputError& error) {
      if (error.code() != "suppressed") {
        for (FieldError one : error.errors()) {
          one.line = line;
          broken(std::move(one));
        }
        return verdict;
      }
      verdict.skipped = Code::Suppressed;
    }
  }
  if (verdict.skipped) {
    ++plan_.skipped[*verdict.skipped];
    return verdict;
  }
  row.planned = pacer_.next();
  add_due(*row.planned);
  verdict.job = std::move(row);
  return verdict;
}

std::optional<Code> RunRows::why_skipped(Context& context, const store::Subject& subject) {
  const TimePoint due = pacer_.earliest();
  std::optional<Code> why;
  for (const job::Job& job : context.store.jobs_of_subject(subject.id)) {
    if (job.batch.empty() || !counts_as_sent(job)) continue;
    // Whoever submits a run again means all of them.
    const bool repeats = run_.definition.recipients.repeat || !run_.reason.empty();
    if (!repeats && of_this_definition(context, job.batch)) return Code::AlreadySent;
    if (std::chrono::abs(job.due_at - due) < run_.definition.min_interval) why = Code::MinInterval;
  }
  return why;
}

bool RunRows::of_this_definition(Context& context, const std::string& batch) {
  const auto known = batches_.find(batch);
  if (known != batches_.end()) return known->second;
  const auto found = context.store.find_batch(batch);
  return batches_[batch] = found && found->definition == run_.definition.name;
}

void RunRows::broken(FieldError error) {
  if (error.line != last_broken_line_) ++plan_.broken;
  last_broken_line_ = error.line;
  if (plan_.errors.size() < kRunErrorsMax) plan_.errors.push_back(std::move(error));
}

void RunRows::add_due(TimePoint due) {
  if (!plan_.first_due) plan_.first_due = due;
  plan_.last_due = due;
  ++plan_.jobs;
  if (due >= day_until_ || day_.empty()) {
    LocalTime local = zone_.local(due);
    day_ = format_local_time(local).substr(0, 10);
    const LocalTime midnight{local.year, local.month, local.day, 0, 0, 0};
    const LocalTime next = to_local_time(to_seconds(midnight) + std::chrono::hours(24));
    day_until_ = zone_.resolve(next).first;
  }
  ++plan_.days[day_];
  const auto within = run_.definition.pace.within;
  if (within && due - run_.begin > *within) plan_.beyond_within = true;
}

}  // namespace latchkey::engine

#include "engine/forecasts.h"

namespace latchkey::engine {
namespace {

// How far beyond a due time the queue is read: who is queued later than that is hardly pushed back any more.
constexpr Millis kAhead = std::chrono::hours(1);

}  // namespace

job::Slots& Forecasts::slots(job::Provider provider, TimePoint due) {
  auto& known = known_.at(static_cast<std::size_t>(provider));
  const job::Rate& rate = settings_.of(provider).rate;
  const TimePoint until = std::max(due, now_) + kAhead;
  if (!known) {
    known.emplace(Known{job::Slots(store_.gate(provider), rate, now_), TimePoint::min()});
    if (!rate.unlimited()) {
      for (const TimePoint queued : store_.ready_due_times(provider, calls_of_mail_)) {
        known->slots.take(queued);
      }
    }
  }
  if (known->until < until && !rate.unlimited()) {
    for (const TimePoint queued : store_.waiting_due_times(provider, known->until, until, calls_of_mail_)) {
      known->slots.take(queued);
    }
    known->until = until;
  }
  return known->slots;
}

bool Forecasts::can_be_fresh(job::Provider provider, TimePoint due, Millis lifetime, int calls) {
  return slots(provider, due).delay(due, calls) < lifetime;
}

TimePoint Forecasts::first_free(job::Provider provider, TimePoint due, int calls) {
  // What is free as far as the queue had been read may be taken by what was queued later: then on from there.
  TimePoint free = due;
  do {
    free = slots(provider, free).first_free(free, calls);
  } while (slots(provider, free).delay(free, calls) > Millis(0));
  return free;
}

std::optional<TimePoint> Forecasts::admission(job::Provider provider, TimePoint due) {
  if (store_.gate(provider).paused) return std::nullopt;
  return slots(provider, due).call_of(due);
}

void Forecasts::take(job::Provider provider, TimePoint due, int calls) {
  slots(provider, due).take(due, calls);
}

}  // namespace latchkey::engine

#include "engine/forecasts.h"

namespace latchkey::engine {

job::Slots& Forecasts::slots(job::Provider provider, TimePoint due) {
  auto& known = known_.at(static_cast<std::size_t>(provider));
  const job::Rate& rate = settings_.of(provider).rate;
  const TimePoint until = std::max(due, now_) + std::chrono::hours(1);
  if (!known) {
    known.emplace(Known{job::Slots(store_.gate(provider), rate, now_), TimePoint::min()});
    if (!rate.unlimited()) {
      for (const TimePoint queued : store_.ready_due_times(provider)) known->slots.take(queued);
    }
  }
  if (known->until < until && !rate.unlimited()) {
    for (const TimePoint queued : store_.waiting_due_times(provider, known->until, until)) known->slots.take(queued);
    known->until = until;
  }
  return known->slots;
}

TimePoint Forecasts::first_free(job::Provider provider, TimePoint due) {
  return slots(provider, due).first_free(due);
}

void Forecasts::take(job::Provider provider, TimePoint due) {
  job::Slots& slots_now = slots(provider, due);
  slots_now.take(due);
}

}  // namespace latchkey::engine

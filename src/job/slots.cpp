// Slot k of a gate is the admission at base + k * interval. A queue that never leaves a slot empty while
// something is due occupies, for a given set of due times, the same slots whatever order the jobs come in; so
// taking the first free slot at or after each due time, in any order, forecasts the queue.
#include "job/slots.h"

#include <algorithm>

namespace latchkey::job {

Slots::Slots(const Gate& gate, const Rate& rate, TimePoint now) : interval_(rate.interval), now_(now) {
  if (gate.wait_until) now_ = std::max(now_, *gate.wait_until);
  const Micros burst_ahead = rate.interval * (rate.burst - 1);
  base_ = std::max(gate.tat, Micros(now_.time_since_epoch())) - burst_ahead;
}

std::int64_t Slots::slot_at(TimePoint due) const {
  const Micros from_base = Micros(due.time_since_epoch()) - base_;
  if (due <= now_ || from_base <= Micros(0)) return 0;
  return (from_base + interval_ - Micros(1)) / interval_;
}

std::int64_t Slots::free_from(std::int64_t slot) const {
  auto run = taken_.upper_bound(slot);
  if (run == taken_.begin()) return slot;
  --run;
  return std::max(slot, run->second);
}

TimePoint Slots::time_of(std::int64_t slot) const {
  return std::max(now_, TimePoint(std::chrono::ceil<Millis>(base_ + interval_ * slot)));
}

TimePoint Slots::first_free(TimePoint due) const {
  if (interval_ == Micros(0)) return std::max(due, now_);
  return std::max(due, time_of(free_from(slot_at(due))));
}

TimePoint Slots::take(TimePoint due) {
  if (interval_ == Micros(0)) return std::max(due, now_);
  const std::int64_t slot = free_from(slot_at(due));
  auto next = taken_.upper_bound(slot);
  std::int64_t end = slot + 1;
  if (next != taken_.end() && next->first == end) {
    end = next->second;
    next = taken_.erase(next);
  }
  if (next != taken_.begin() && std::prev(next)->second == slot) {
    std::prev(next)->second = end;
  } else {
    taken_[slot] = end;
  }
  return std::max(due, time_of(slot));
}

}  // namespace latchkey::job

// GCRA is a queue with one server in which every call occupies an interval: the first that is free at its due
// time. The call itself may go up to burst-1 intervals before its own begins. When such a server is busy
// depends on the set of due times only, not on the order in which they became known. So two things are kept:
// the runs of intervals in which it is busy, and the due times, whose order is that of the intervals. One
// more call prolongs the run it falls into, or begins one, and pushes what follows back as far as it must.
#include "job/slots.h"

#include <algorithm>
#include <iterator>

namespace latchkey::job {
namespace {

Micros whole_millis(Micros time) {
  return std::chrono::ceil<Millis>(time);
}

}  // namespace

Slots::Slots(const Gate& gate, const Rate& rate, TimePoint now)
    : interval_(rate.interval), tolerance_(rate.interval * (rate.burst - 1)), earliest_(now) {
  if (gate.wait_until) earliest_ = std::max(earliest_, *gate.wait_until);
  first_start_ = std::max(gate.tat, Micros(earliest_.time_since_epoch()));
  if (rate.burst == 1) {
    // Calls go at whole milliseconds; only a burst makes up for the part of one that is lost by waiting for
    // it.
    interval_ = whole_millis(interval_);
    first_start_ = whole_millis(first_start_);
  }
}

Slots::Run Slots::run_with(TimePoint due, int calls) const {
  const Micros start = std::max(Micros(due.time_since_epoch()), first_start_);
  const auto next = runs_.upper_bound(start);
  Run run{start, start + interval_ * calls, next, next};
  if (next != runs_.begin() && std::prev(next)->second >= start) {
    run.replaces = std::prev(next);
    run.start = run.replaces->first;
    run.end = run.replaces->second + interval_ * calls;
  }
  for (; run.replaces_end != runs_.end() && run.replaces_end->first < run.end; ++run.replaces_end) {
    run.end += run.replaces_end->second - run.replaces_end->first;
  }
  return run;
}

TimePoint Slots::call_in(Micros interval_start, TimePoint due) const {
  return std::max({due, earliest_, TimePoint(std::chrono::ceil<Millis>(interval_start - tolerance_))});
}

TimePoint Slots::last_admission_of(const Run& run, TimePoint due, int calls) const {
  return call_in(run.end - interval_ * calls, due);
}

std::vector<TimePoint>::const_iterator Slots::first_of_run(Micros start) const {
  if (start == first_start_) return dues_.begin();
  return std::lower_bound(dues_.begin(), dues_.end(), TimePoint(std::chrono::ceil<Millis>(start)));
}

TimePoint Slots::call_of(TimePoint due) const {
  if (interval_ == Micros(0)) return std::max(due, earliest_);
  const auto next = runs_.upper_bound(std::max(Micros(due.time_since_epoch()), first_start_));
  const Micros start = next == runs_.begin() ? first_start_ : std::prev(next)->first;
  const auto before = std::upper_bound(dues_.begin(), dues_.end(), due) - first_of_run(start);
  return call_in(start + interval_ * std::max<std::ptrdiff_t>(before - 1, 0), due);
}

TimePoint Slots::first_free(TimePoint due, int calls) const {
  if (interval_ == Micros(0)) return std::max(due, earliest_);
  return last_admission_of(run_with(due, calls), due, calls);
}

// Within a run the intervals belong to its jobs in the order of their due times.
Millis Slots::delay(TimePoint due, int calls) const {
  if (interval_ == Micros(0)) return std::max(due, earliest_) - due;
  const Run run = run_with(due, calls);
  const auto first = first_of_run(run.start);
  auto pushed_back = std::upper_bound(first, dues_.end(), due);
  Micros start = run.start + interval_ * (pushed_back - first);
  Millis longest = call_in(start, due) - due;
  for (start += interval_ * calls; start < run.end; start += interval_, ++pushed_back) {
    longest = std::max(longest, call_in(start, *pushed_back) - *pushed_back);
  }
  return longest;
}

TimePoint Slots::take(TimePoint due, int calls) {
  if (interval_ == Micros(0)) return std::max(due, earliest_);
  dues_.insert(std::upper_bound(dues_.begin(), dues_.end(), due), static_cast<std::size_t>(calls), due);
  const Run run = run_with(due, calls);
  runs_.erase(run.replaces, run.replaces_end);
  runs_[run.start] = run.end;
  return last_admission_of(run, due, calls);
}

}  // namespace latchkey::job

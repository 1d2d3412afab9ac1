#pragma once

#include <map>
#include <optional>

#include "job/gate.h"

namespace latchkey::job {

/// A forecast of a gate: which of its future admissions are already spoken for. Filled with the due times of
/// what is queued, in any order, it knows when the queue's calls will go if it is served by due time.
///
/// An answer is the admission that becomes occupied by one more job due at `due`: the job's own, or that of
/// the last one it pushes back. So jobs of one lifetime that were each fresh by their answer all stay fresh.
class Slots {
 public:
  /// `now`: nothing is admitted earlier.
  Slots(const Gate& gate, const Rate& rate, TimePoint now);
  /// The admission that one more job due at `due` would occupy, left free.
  TimePoint first_free(TimePoint due) const;
  /// The same, and takes it.
  TimePoint take(TimePoint due);

 private:
  using Runs = std::map<Micros, Micros>;
  /// A run of calls without a pause between them, and the stored runs that it replaces.
  struct Run {
    Micros start;
    Micros end;
    Runs::const_iterator replaces;
    Runs::const_iterator replaces_end;
  };
  Run run_with(TimePoint due) const;
  TimePoint last_call_of(const Run& run, TimePoint due) const;

  Micros interval_;
  Micros tolerance_;
  TimePoint earliest_;
  Micros first_start_;  // no interval starts earlier
  Runs runs_;           // start of a run's first interval -> end of its last
};

}  // namespace latchkey::job

#pragma once

#include <map>
#include <optional>
#include <vector>

#include "job/gate.h"

namespace latchkey::job {

/// A forecast of a gate: which of its future admissions are already spoken for. Filled with the due times of
/// what is queued, in any order, it knows when the queue's calls will go if it is served by due time.
///
/// Jobs of one lifetime that were each let in while `delay` was below it all stay fresh, whatever order they
/// come in.
class Slots {
 public:
  /// `now`: nothing is admitted earlier.
  Slots(const Gate& gate, const Rate& rate, TimePoint now);
  /// The admission that becomes occupied by one more job due at `due`: its own, or that of the last one it
  /// pushes back. A job of several `calls` makes them all when it is admitted.
  TimePoint first_free(TimePoint due, int calls = 1) const;
  /// How long after its due time one more job due at `due` would go, or the one that it pushes back the
  /// furthest from its own. Looks at what is due after it until the gate is free again.
  Millis delay(TimePoint due, int calls = 1) const;
  /// When the call of a job goes that is queued, due at `due`: of several, the one that goes last.
  TimePoint call_of(TimePoint due) const;
  /// One more job due at `due` is queued. Returns the admission that it occupies, as first_free().
  TimePoint take(TimePoint due, int calls = 1);

 private:
  using Runs = std::map<Micros, Micros>;
  /// A run of calls without a pause between them, and the stored runs that it replaces.
  struct Run {
    Micros start;
    Micros end;
    Runs::const_iterator replaces;
    Runs::const_iterator replaces_end;
  };
  Run run_with(TimePoint due, int calls) const;
  /// The first of the jobs whose calls go in the run that starts then.
  std::vector<TimePoint>::const_iterator first_of_run(Micros start) const;
  /// When the call goes whose interval begins then.
  TimePoint call_in(Micros interval_start, TimePoint due) const;
  TimePoint last_admission_of(const Run& run, TimePoint due, int calls) const;

  Micros interval_;
  Micros tolerance_;
  TimePoint earliest_;
  Micros first_start_;           // no interval starts earlier
  Runs runs_;                    // start of a run's first interval -> end of its last
  std::vector<TimePoint> dues_;  // of all jobs' calls, in order
};

}  // namespace latchkey::job

#pragma once

#include <map>
#include <optional>

#include "job/gate.h"

namespace latchkey::job {

/// A forecast of a gate: which of its future admissions are already spoken for. Filling it with the due times
/// of what is queued, in any order, gives the same occupied slots as the queue itself will use.
class Slots {
 public:
  /// `now`: nothing is admitted earlier.
  Slots(const Gate& gate, const Rate& rate, TimePoint now);
  /// The first free admission at or after `due`, left free.
  TimePoint first_free(TimePoint due) const;
  /// The same, and takes it.
  TimePoint take(TimePoint due);

 private:
  std::int64_t slot_at(TimePoint due) const;
  std::int64_t free_from(std::int64_t slot) const;
  TimePoint time_of(std::int64_t slot) const;

  Micros base_{0};
  Micros interval_{0};
  TimePoint now_;
  std::map<std::int64_t, std::int64_t> taken_;  // runs of taken slots: first -> one past the last
};

}  // namespace latchkey::job

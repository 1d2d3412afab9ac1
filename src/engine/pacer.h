#pragma once

#include <optional>

#include "engine/forecasts.h"
#include "job/rate.h"
#include "job/send_window.h"

namespace latchkey::engine {

/// Spreads the dueAt of one run's jobs, one after the other, so that the provider's limit makes none of them
/// stale, nor any that is queued already: each is due where the gate, given all that is known to be queued,
/// admits it within a third of its lifetime. Between two of them lies the limit's interval and a margin for
/// others; outside the window nothing is due.
class Pacer {
 public:
  struct Pace {
    job::Provider provider = job::Provider::Mayar;
    job::Rate rate;
    int margin = 10;  ///< percent of the rate that is left to others
    int calls = 1;    ///< that one job makes
    Millis lifetime{std::chrono::minutes(15)};
    std::optional<job::SendWindow> window;
  };

  /// What lies between two jobs where nothing else is queued; 0: no limit.
  static job::Micros spacing(const job::Rate& rate, int calls, int margin);

  /// `begin`: nothing is due earlier. `forecasts` must outlive this object.
  Pacer(Forecasts& forecasts, Pace pace, TimePoint begin);

  /// When the next job would be due at the earliest, others left aside.
  TimePoint earliest();
  /// The dueAt of the next job, which counts as queued from now on.
  TimePoint next();

 private:
  TimePoint opened(TimePoint t);
  bool fits(TimePoint t);
  TimePoint next_that_fits(TimePoint t);

  Forecasts& forecasts_;
  Pace pace_;
  job::Micros spacing_{0};
  job::Micros next_;                                 // since the Unix epoch
  std::optional<TimePoint> open_from_, open_until_;  // a part of the window that was looked up
};

}  // namespace latchkey::engine

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "job/names.h"
#include "job/rate.h"

namespace latchkey::job {

/// A provider's admission as the store keeps it. Pure values; the functions below are all that moves them.
struct Gate {
  Provider provider = Provider::Mayar;
  Micros tat{0};  ///< GCRA's theoretical arrival time, microseconds since the Unix epoch
  std::optional<TimePoint> wait_until;  ///< Retry-After or an exhausted limit that the provider told us of
  int since_batch = 0;                  ///< admissions since a batch job had one

  bool paused = false;
  bool paused_by_system = false;  ///< an automatic pause: new credentials lift it
  std::string pause_reason;       ///< an operator's words, or the meaning of the code
  std::optional<Code> pause_code;
  std::string paused_by;  ///< actor
  TimePoint paused_at;
};

/// How many calls the gate lets go right now, at most `wanted`.
int admits(const Gate& gate, const Rate& rate, TimePoint now, int wanted);
/// Accounts for `count` calls that go now.
void spend(Gate& gate, const Rate& rate, TimePoint now, int count);
/// When the gate lets the next call go; nullopt while it is paused.
std::optional<TimePoint> opens_at(const Gate& gate, const Rate& rate, TimePoint now);
/// The provider asked us to wait: nothing goes before `until`. An earlier wish never shortens a later one.
void hold_back(Gate& gate, TimePoint until);
/// The wall clock was set from `before` to `after`: moves the gate's times by the same step.
void rebase(Gate& gate, TimePoint before, TimePoint after);

}  // namespace latchkey::job

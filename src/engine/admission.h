#pragma once

#include <array>
#include <optional>
#include <vector>

#include "engine/attempt.h"

namespace latchkey::engine {

/// How many workers there are and how many each provider keeps busy.
struct Capacity {
  int workers = 0;
  int idle = 0;
  std::array<int, job::kProviders.size()> in_flight{};

  /// Calls `provider` may still have under way: one provider never takes more than three quarters of the
  /// workers, so that one that hangs cannot starve the other.
  int room(job::Provider provider) const;
  void take(job::Provider provider) {
    --idle;
    ++in_flight.at(static_cast<std::size_t>(provider));
  }
};

/// What the gates let through in one turn.
struct Admitted {
  std::vector<Attempt> attempts;
  std::optional<TimePoint> next;  ///< when a gate lets more go of what is due
  bool more = false;              ///< another turn at once finds more to take
};

/// Asks the gates and takes that many due jobs, each with its attempt.intent: single ones first, then batch
/// jobs, each by freshness end, then by age; a batch gets at least every tenth admission.
Admitted admit(Context& context, Capacity capacity, std::int64_t epoch, HandOvers& hand_overs);

}  // namespace latchkey::engine

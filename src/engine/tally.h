#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "base/histogram.h"
#include "job/names.h"

namespace latchkey::engine {

/// How often what has happened. Totals only: no id, no recipient.
struct OutcomeCounts {
  using MaybeCode = std::optional<job::Code>;

  std::map<std::tuple<job::Provider, job::Outcome, MaybeCode>, std::int64_t> attempts;    ///< results
  std::map<std::tuple<job::HandOver, job::Outcome, MaybeCode>, std::int64_t> hand_overs;  ///< results
  std::map<std::tuple<job::Provider, job::State, MaybeCode>, std::int64_t> ends;  ///< jobs held or ended

  void add(const OutcomeCounts& other);
};

/// What the engine has done since the process began, for whoever watches it: the engine counts what is
/// durable and knows nothing of who asks. Thread-safe.
class Tally {
 public:
  struct Snapshot {
    OutcomeCounts outcomes;
    Histogram turns;
    Histogram commits;
    std::size_t links_waiting = 0;
  };

  void add(const OutcomeCounts& outcomes, std::size_t links_waiting);
  void add_turn(std::chrono::nanoseconds took);
  void add_commit(std::chrono::nanoseconds took);
  Snapshot snapshot() const;

 private:
  mutable std::mutex mutex_;
  Snapshot counted_;
};

}  // namespace latchkey::engine

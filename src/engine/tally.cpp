#include "engine/tally.h"

namespace latchkey::engine {

void OutcomeCounts::add(const OutcomeCounts& other) {
  for (const auto& [key, count] : other.attempts) attempts[key] += count;
  for (const auto& [key, count] : other.hand_overs) hand_overs[key] += count;
  for (const auto& [key, count] : other.ends) ends[key] += count;
}

void Tally::add(const OutcomeCounts& outcomes, std::size_t links_waiting) {
  const std::lock_guard lock(mutex_);
  counted_.outcomes.add(outcomes);
  counted_.links_waiting = links_waiting;
}

void Tally::add_turn(std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  counted_.turns.add(took);
}

void Tally::add_commit(std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  counted_.commits.add(took);
}

Tally::Snapshot Tally::snapshot() const {
  const std::lock_guard lock(mutex_);
  return counted_;
}

}  // namespace latchkey::engine

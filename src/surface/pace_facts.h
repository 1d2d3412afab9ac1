#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/settings.h"
#include "job/definition.h"

namespace latchkey::surface {

/// What a provider's limit, the margin and the window let a definition send, others left aside.
struct PaceFacts {
  job::Micros spacing{0};               ///< between two jobs; 0: no limit
  std::optional<std::int64_t> an_hour;  ///< jobs; nullopt: no limit
  std::optional<std::int64_t> a_day;    ///< that go out while the window is open once
  std::optional<std::int64_t> a_week;   ///< and in a week of it

  /// How long so many jobs take where no window is in the way.
  Millis lasts(std::int64_t jobs) const;
};

/// Of this definition, by the provider's configured rate.
PaceFacts pace_facts(const job::Definition& definition, const engine::Settings& settings);

/// "mayar admits 20/min, 10 % left to others: 1,080 jobs an hour; 4,000 jobs take 3 h 42 min."
std::string limit_sentence(const job::Definition& definition, const engine::Settings& settings,
                           std::int64_t jobs);
/// "The window MON-FRI 08:00-18:00 Asia/Jakarta lets 10,800 jobs go a day." Empty without a window.
std::string window_sentence(const job::Definition& definition, const engine::Settings& settings);
/// "MON-FRI 08:00-18:00".
std::string window_hours(const job::SendWindow& window);

}  // namespace latchkey::surface

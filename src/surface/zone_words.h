#pragma once

#include <string>

#include "base/time_zone.h"

namespace latchkey::surface {

/// The zone of this name, UTC where the system has none such (any more).
TimeZone zone_or_utc(const std::string& name);
/// For people, what the clocks of a place show: "Tue 2026-12-01 09:00:00".
std::string time_words(const TimeZone& zone, TimePoint t);
/// "2026-12-01" -> "Tue 2026-12-01".
std::string day_words(const std::string& date);

}  // namespace latchkey::surface

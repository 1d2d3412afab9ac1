#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace date {
class time_zone;
}

namespace latchkey {

/// A zone of the IANA database, as the system has it (/usr/share/zoneinfo). Beyond 2037 the library behind it
/// knows no daylight saving time.
class TimeZone {
 public:
  /// nullopt for a name that the system's database does not have. "UTC" needs no database.
  static std::optional<TimeZone> named(const std::string& name);

  /// For people: "25 November 2026, 10:35 CET". Seconds are cut, so that nobody is promised too much; a zone
  /// without an abbreviation is shown by its distance ("UTC+05:45"). Thread-safe.
  std::string format(TimePoint t) const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}

  const date::time_zone* zone_;  // belongs to the library, for ever; null: UTC
};

}  // namespace latchkey

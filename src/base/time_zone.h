#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/local_time.h"

namespace latchkey {

/// The moments at which a place's clocks show one local time.
struct Resolved {
  enum class Kind {
    Unique,  ///< `first` and `last` are the one moment
    Gap,     ///< no moment: the clocks skip it. Both are the moment they do so: the next one that exists
    Fold     ///< two moments: the clocks are set back and show it twice
  };
  Kind kind = Kind::Unique;
  TimePoint first;
  TimePoint last;
};

/// A zone of the IANA database, as the system has it (/usr/share/zoneinfo). Beyond 2037 the library behind it
/// knows no daylight saving time. Thread-safe; copies are cheap.
class TimeZone {
 public:
  /// A stretch of time in which the place's clocks are not set: they show UTC plus `offset`.
  struct Period {
    TimePoint begin;
    TimePoint end;  ///< the first moment after it
    std::chrono::seconds offset;
    /// What the clocks show from here until there, they show in this period only, at that time minus
    /// `offset`.
    std::chrono::local_seconds own_from;
    std::chrono::local_seconds own_until;

    bool owns(std::chrono::local_seconds shown) const { return own_from <= shown && shown < own_until; }
  };

  /// nullopt for a name that the system's database does not have. "UTC" needs no database.
  static std::optional<TimeZone> named(const std::string& name);
  /// The zone that this unknown name was probably meant to be, for a message: one with the same city
  /// ("Jakarta", "europe/jakarta" -> "Asia/Jakarta"), else one that is written almost the same.
  static std::optional<std::string> nearest_name(const std::string& name);

  /// As it was asked for.
  const std::string& name() const { return name_; }

  /// The period that holds `t`. Two that follow each other may have the same offset.
  const Period& period(TimePoint t) const;

  /// What the clocks show at `t`; what is less than a second is cut.
  LocalTime local(TimePoint t) const;

  /// When the clocks show `t`. Shown more than twice, the first and the last moment count.
  Resolved resolve(const LocalTime& t) const;

  /// For people: "25 November 2026, 10:35 CET". Seconds are cut, so that nobody is promised too much; a zone
  /// without an abbreviation is shown by its distance ("UTC+05:45").
  std::string format(TimePoint t) const;

 private:
  struct Table;
  TimeZone(const Table& table, std::string name) : table_(&table), name_(std::move(name)) {}
  static const Table& table_of(const std::string& name);

  const Table* table_;  // the periods, read once and kept for ever
  std::string name_;
};

}  // namespace latchkey

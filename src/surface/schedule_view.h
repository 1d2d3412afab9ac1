#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "job/definition.h"
#include "store/store.h"

namespace latchkey::surface {

/// A schedule as it stands in the database, and beside it what its file says now.
struct ScheduleView {
  store::Schedule schedule;
  std::optional<job::Definition> definition;  ///< exactly what was armed; nullopt: the file is another now
  std::string why;                            ///< it does not fire; empty: it does
  std::vector<store::Occurrence> last;        ///< newest first

  bool armed() const { return why.empty(); }
  /// The next times that it fires, at most so many; none for a drop folder.
  std::vector<TimePoint> next(TimePoint now, std::size_t most) const;
};

/// By name. Reads each one's file, since a change of it may not have been noticed yet.
std::vector<ScheduleView> schedule_views(store::Store& store, int last);

/// Why this schedule does not fire, now that its file has been read; empty: it does.
std::string why_disarmed(const store::Schedule& schedule);

/// As programs read it: always the same members in this order.
OrderedJson schedule_json(const ScheduleView& view, TimePoint now);

}  // namespace latchkey::surface

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "engine/settings.h"
#include "store/store.h"
#include "surface/table.h"

namespace latchkey::surface {

/// A batch and how far it has come.
struct BatchView {
  store::Batch batch;
  store::BatchCounts counts;
  Json plan;                               ///< as it was when it was submitted
  std::optional<double> per_minute;        ///< jobs that came to their end, so far
  std::optional<TimePoint> estimated_end;  ///< nullopt: it has ended, or nobody can say

  std::int64_t ended() const { return counts.all() - counts.open(); }
  std::int64_t failures() const { return counts.failed + counts.held + counts.stale; }
  /// A time of the plan; nullopt where it has none.
  std::optional<TimePoint> planned(const char* member) const;
};

/// Why jobs failed, are held, or went stale -> how many of them.
using Failures = std::map<std::string, std::int64_t>;

/// Throws InputError not_found.
BatchView find_view(store::Store& store, const engine::Settings& settings, const std::string& id,
                    TimePoint now);
BatchView view_of(store::Store& store, const engine::Settings& settings, store::Batch batch, TimePoint now);

/// Looks at the jobs of the batch, unless its counts say that there is nothing to see; at about `looks` of
/// them at most (0: at all). nullopt when that was not enough.
std::optional<Failures> failures_of(store::Store& store, const BatchView& view, std::int64_t looks = 0);

/// As programs read it: always the same members in this order, null where there is nothing to say.
OrderedJson batch_json(const BatchView& view);
/// What moves, for whoever follows it.
OrderedJson batch_progress_json(const BatchView& view, const std::optional<Failures>& failures,
                                TimePoint now);
/// As a member of either: null where they were not counted.
OrderedJson failures_json(const std::optional<Failures>& failures);

/// Its state in the colour that says how good it is.
Cell batch_state_cell(store::BatchState state);
/// "queued 2,760, done 1,230, failed 8"; empty for a batch without jobs.
std::string counts_words(const store::BatchCounts& counts);

}  // namespace latchkey::surface

#pragma once

#include <optional>

#include "engine/context.h"
#include "engine/pacer.h"
#include "engine/selection.h"

namespace latchkey::engine {

/// How long a preview can be executed.
inline constexpr Millis kPreviewLife = std::chrono::hours(24);
/// How much of a provider's rate new jobs leave to others.
inline constexpr int kReprocessMargin = 10;

/// When new jobs will be due.
struct Pacing {
  TimePoint first_due;
  TimePoint last_due;
  Millis lifetime{0};
};

/// What a person looks at before anything happens.
struct Preview {
  Selector selector;
  Selection selection;
  std::optional<Pacing> pacing;  ///< of what is reprocessed, where it can be executed
};

/// Reads only, at its own pace: no transaction is needed. Throws InputError invalid_request: what settle()
/// throws, and jobs of two providers that would be reprocessed together.
Preview make_preview(store::Store& store, const Settings& settings, TimePoint now, Selector selector);

/// Spreads the new jobs of a selection that is not empty; the preview's and the execution's are the same.
Pacer reprocess_pacer(Forecasts& forecasts, const Settings& settings, const Selection& selection,
                      TimePoint now);

/// Keeps it, so that it can be executed once, and drops those that are too old. Not for an empty one.
store::Preview keep_preview(Context& context, const Preview& preview);

}  // namespace latchkey::engine

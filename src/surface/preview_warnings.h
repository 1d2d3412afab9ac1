#pragma once

#include <vector>

#include "surface/batch_preview.h"

namespace latchkey::surface {

/// What is to be thought about before a run is submitted: that it was before, will be refused, lasts longer
/// than somebody may expect, or meets another one.
std::vector<PreviewWarning> preview_warnings(StoreSession& session, const ChosenRun& chosen,
                                             const BatchPreview& preview, bool by_hand);

}  // namespace latchkey::surface

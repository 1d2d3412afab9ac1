#pragma once

#include <vector>

#include "base/clock.h"
#include "engine/denials.h"
#include "engine/published_checkpoint.h"
#include "engine/pulse.h"
#include "engine/settings.h"
#include "engine/tally.h"
#include "surface/api.h"
#include "surface/figures.h"

namespace latchkey::surface {

/// What the routes that are open to everyone work with. All of it outlives the servers.
struct OpenParts {
  const engine::Settings& settings;
  const engine::Pulse& pulse;
  const engine::Tally& tally;
  const engine::PublishedCheckpoint& checkpoint;
  const engine::Denials& denials;
  FigureBoard& figures;
  Clock& clock;
};

/// GET /healthz, /readyz, /metrics and /openapi.json: totals only, never an id. They cost next to nothing,
/// however often they are asked.
std::vector<ApiRoute> open_routes(const OpenParts& parts);

}  // namespace latchkey::surface

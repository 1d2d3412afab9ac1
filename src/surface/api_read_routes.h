#pragma once

#include <vector>

#include "base/clock.h"
#include "config.h"
#include "engine/inbox.h"
#include "engine/published_checkpoint.h"
#include "engine/pulse.h"
#include "engine/settings.h"
#include "surface/api.h"
#include "surface/figures.h"
#include "surface/read_stores.h"

namespace latchkey::surface {

/// What the routes that only read work with. All of it outlives the server.
struct ReadParts {
  const Config& config;
  const engine::Settings& settings;
  engine::Inbox& inbox;  ///< where a single-use token is used up
  engine::PublishedCheckpoint& checkpoint;
  const engine::Pulse& pulse;
  FigureBoard& figures;
  ReadStores& stores;
  Clock& clock;
};

/// Every route that changes nothing and wants a token: jobs, the ledger, providers.
std::vector<ApiRoute> read_routes(const ReadParts& parts);

}  // namespace latchkey::surface

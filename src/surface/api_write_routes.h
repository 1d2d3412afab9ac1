#pragma once

#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "config.h"
#include "engine/inbox.h"
#include "handover/reply_desk.h"
#include "handover/waiting_links.h"
#include "surface/api.h"
#include "surface/read_stores.h"

namespace latchkey::surface {

/// What the routes that write work with. All of it outlives the server.
struct ApiParts {
  const Config& config;
  engine::Inbox& inbox;
  handover::ReplyDesk& desk;
  handover::WaitingLinks& links;  ///< belongs to the engine's thread
  ReadStores& stores;
  Clock& clock;
  Random& random;
};

/// Every route that changes something.
std::vector<ApiRoute> write_routes(const ApiParts& parts);

}  // namespace latchkey::surface

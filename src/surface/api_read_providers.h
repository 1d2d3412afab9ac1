#pragma once

#include "surface/api.h"
#include "surface/api_read_routes.h"

namespace latchkey::surface {

/// GET /v1/providers: whether each is on, its gate, and what waits for it.
ApiRoute providers_route(const ReadParts& parts);

}  // namespace latchkey::surface

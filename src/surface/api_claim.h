#pragma once

#include "surface/api_write_routes.h"

namespace latchkey::surface {

/// POST /v1/jobs/{requestId}/link: gives out the link that waits for its claim, once.
ApiRoute claim_route(const ApiParts& parts);

}  // namespace latchkey::surface

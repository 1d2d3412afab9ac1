#pragma once

#include "surface/api_write_routes.h"

namespace latchkey::surface {

/// POST /v1/jobs: stores one job, or up to 10,000 in one transaction, all of them or none.
ApiRoute jobs_route(const ApiParts& parts);

}  // namespace latchkey::surface

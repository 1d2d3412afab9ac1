#pragma once

#include <vector>

#include "surface/api_write_routes.h"

namespace latchkey::surface {

/// POST /v1/jobs/reprocess makes a preview of what is to be done to many jobs, POST
/// /v1/jobs/reprocess/{previewId} executes it. The second must stand behind the routes of
/// /v1/jobs/{requestId}, since a job may be called "reprocess".
std::vector<ApiRoute> reprocess_routes(const ApiParts& parts);

}  // namespace latchkey::surface

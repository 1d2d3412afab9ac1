#pragma once

#include "surface/api.h"
#include "surface/api_read_routes.h"

namespace latchkey::surface {

/// GET /v1/jobs (those that answer a question) and GET /v1/jobs/{requestId} (one, with its entries).
ApiRoute job_list_route(const ReadParts& parts);
ApiRoute job_route(const ReadParts& parts);

}  // namespace latchkey::surface

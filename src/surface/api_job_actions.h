#pragma once

#include <vector>

#include "surface/api_write_routes.h"

namespace latchkey::surface {

/// POST /v1/jobs/{requestId}/cancel, …/release and …/close: what a person decides about a job.
std::vector<ApiRoute> job_action_routes(const ApiParts& parts);

/// The requestId in the route's path, which the request is then about. Throws InputError not_found for what
/// no job can be called.
std::string request_id_of(ApiRequest& request);

}  // namespace latchkey::surface

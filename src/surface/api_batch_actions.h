#pragma once

#include <vector>

#include "surface/api_write_routes.h"

namespace latchkey::surface {

/// POST /v1/batches/{batch}/pause, …/resume and …/cancel.
std::vector<ApiRoute> batch_action_routes(const ApiParts& parts);

}  // namespace latchkey::surface

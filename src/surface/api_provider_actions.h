#pragma once

#include <vector>

#include "surface/api_write_routes.h"

namespace latchkey::surface {

/// POST /v1/providers/{provider}/pause and …/resume.
std::vector<ApiRoute> provider_action_routes(const ApiParts& parts);

}  // namespace latchkey::surface

#pragma once

#include "surface/api.h"
#include "surface/api_read_routes.h"

namespace latchkey::surface {

/// POST /v1/audit/query: entries that answer a question, byte for byte as they are stored.
ApiRoute audit_query_route(const ReadParts& parts);

}  // namespace latchkey::surface

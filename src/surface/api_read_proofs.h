#pragma once

#include "surface/api.h"
#include "surface/api_read_routes.h"

namespace latchkey::surface {

/// GET /v1/audit/checkpoint and GET /v1/audit/proof: what an outsider needs to check the ledger.
ApiRoute checkpoint_route(const ReadParts& parts);
ApiRoute proof_route(const ReadParts& parts);

}  // namespace latchkey::surface

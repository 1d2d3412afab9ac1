#pragma once

#include "surface/api.h"
#include "surface/api_read_routes.h"

namespace latchkey::surface {

/// GET /v1/batches (newest first) and GET /v1/batches/{batch} (one, with the reasons of its failures).
ApiRoute batch_list_route(const ReadParts& parts);
ApiRoute batch_route(const ReadParts& parts);

/// The {batch} of a request. Throws InputError not_found for what can be no batch's id.
std::string batch_of(const ApiRequest& request);

}  // namespace latchkey::surface

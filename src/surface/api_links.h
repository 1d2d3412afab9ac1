#pragma once

#include "base/secret.h"
#include "surface/api_write_routes.h"

namespace latchkey::surface {

/// POST /v1/links: mints a link for a caller who waits for it. At most half of the server's threads wait so
/// at once, so that the others go on answering; more callers are told try_later.
ApiRoute links_route(const ApiParts& parts);

/// `{requestId, link, linkExpiresAt}` in locked memory: the document in which a link leaves us.
Secret link_document(const std::string& request_id, const Secret& link, TimePoint expires_at);

}  // namespace latchkey::surface

#include "surface/api_read_routes.h"

#include <utility>

#include "surface/api_batches.h"
#include "surface/api_read_audit.h"
#include "surface/api_read_jobs.h"
#include "surface/api_read_proofs.h"
#include "surface/api_read_providers.h"
#include "surface/api_turn.h"

namespace latchkey::surface {
namespace {

// A token that is good for one use is used up by a question, too.
ApiRoute using_up_tokens(ApiRoute route, engine::Inbox& inbox) {
  route.handle = [handle = std::move(route.handle), &inbox](ApiRequest& request) {
    if (request.caller.single_use) in_turn(inbox, request.caller, kTurnPatience, [](engine::Context&) {});
    return handle(request);
  };
  return route;
}

}  // namespace

std::vector<ApiRoute> read_routes(const ReadParts& parts) {
  std::vector<ApiRoute> routes{job_list_route(parts),   job_route(parts),   audit_query_route(parts),
                               checkpoint_route(parts), proof_route(parts), providers_route(parts),
                               batch_list_route(parts), batch_route(parts)};
  for (ApiRoute& route : routes) route = using_up_tokens(std::move(route), parts.inbox);
  return routes;
}

}  // namespace latchkey::surface

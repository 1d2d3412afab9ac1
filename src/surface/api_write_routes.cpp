#include "surface/api_write_routes.h"

#include <utility>

#include "base/text.h"
#include "surface/api_batch_actions.h"
#include "surface/api_body.h"
#include "surface/api_claim.h"
#include "surface/api_job_actions.h"
#include "surface/api_jobs.h"
#include "surface/api_links.h"
#include "surface/api_provider_actions.h"
#include "surface/api_reprocess.h"

namespace latchkey::surface {

namespace {

// What somebody writes into the query of a POST was meant to do something.
void refuse_query(const ApiRequest& request) {
  std::vector<FieldError> errors;
  for (const auto& [name, value] : request.query) {
    errors.push_back({shown(name), "stands in the query, which this route does not read"});
  }
  reject_if_any("invalid_request", std::move(errors));
}

}  // namespace

std::vector<ApiRoute> write_routes(const ApiParts& parts) {
  std::vector<ApiRoute> routes{jobs_route(parts), links_route(parts), claim_route(parts)};
  for (auto more : {job_action_routes(parts), reprocess_routes(parts), provider_action_routes(parts),
                    batch_action_routes(parts)}) {
    for (ApiRoute& route : more) routes.push_back(std::move(route));
  }
  for (ApiRoute& route : routes) {
    route.handle = [handle = std::move(route.handle)](ApiRequest& request) {
      refuse_query(request);
      return handle(request);
    };
  }
  return routes;
}

}  // namespace latchkey::surface

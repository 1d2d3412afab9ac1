#include "surface/api_write_routes.h"

#include <utility>

#include "surface/api_claim.h"
#include "surface/api_job_actions.h"
#include "surface/api_jobs.h"
#include "surface/api_links.h"
#include "surface/api_provider_actions.h"

namespace latchkey::surface {

std::vector<ApiRoute> write_routes(const ApiParts& parts) {
  std::vector<ApiRoute> routes{jobs_route(parts), links_route(parts), claim_route(parts)};
  for (auto more : {job_action_routes(parts), provider_action_routes(parts)}) {
    for (ApiRoute& route : more) routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace latchkey::surface

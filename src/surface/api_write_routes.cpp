#include "surface/api_write_routes.h"

#include "surface/api_links.h"

namespace latchkey::surface {

std::vector<ApiRoute> write_routes(const ApiParts& parts) {
  return {links_route(parts)};
}

}  // namespace latchkey::surface

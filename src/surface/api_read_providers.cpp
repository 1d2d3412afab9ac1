#include "surface/api_read_providers.h"

#include <utility>

#include "surface/api_query.h"
#include "surface/provider_status.h"

namespace latchkey::surface {

ApiRoute providers_route(const ReadParts& parts) {
  ApiRoute route{"GET", "/v1/providers", "read", 0};
  route.handle = [parts](ApiRequest& request) {
    require_no_query(request);
    const auto figures = parts.figures.latest();
    const engine::Pulse::State pulse = parts.pulse.state();
    OrderedJson list = OrderedJson::array();
    const auto store = parts.stores.lease();
    for (const job::Provider provider : job::kProviders) {
      engine::ProviderSettings settings = parts.settings.of(provider);
      settings.on = pulse.on.at(static_cast<std::size_t>(provider));
      list.push_back(
          provider_json(provider_status(*store, settings, provider, figures->jobs, parts.clock.now().wall)));
    }
    ApiAnswer answer;
    answer.body = OrderedJson{{"providers", std::move(list)}}.dump();
    return answer;
  };
  return route;
}

}  // namespace latchkey::surface

#include "surface/api_provider_actions.h"

#include <memory>

#include "base/time_text.h"
#include "engine/operations.h"
#include "surface/api_body.h"
#include "surface/api_turn.h"

namespace latchkey::surface {
namespace {

job::Provider provider_of(const ApiRequest& request) {
  const auto provider = job::provider_named(request.words.front());
  if (!provider) throw InputError("not_found", "provider", "there is no such provider");
  return *provider;
}

OrderedJson pause_json(const job::Gate& gate) {
  const OrderedJson nothing(nullptr);
  return {{"provider", name(gate.provider)},
          {"paused", gate.paused},
          {"pausedAt", gate.paused ? OrderedJson(format_utc(gate.paused_at)) : nothing},
          {"pausedBy", gate.paused ? OrderedJson(gate.paused_by) : nothing},
          {"reason", gate.paused ? OrderedJson(gate.pause_reason) : nothing}};
}

ApiRoute pause_route(const ApiParts& parts, bool pauses) {
  ApiRoute route{"POST", std::string("/v1/providers/{provider}/") + (pauses ? "pause" : "resume"), "operate"};
  route.handle = [parts, pauses](ApiRequest& request) {
    const std::string reason = read_reason(request.body, pauses);
    const job::Provider provider = provider_of(request);
    const auto gate = std::make_shared<job::Gate>();
    in_turn(parts.inbox, request.caller, kTurnPatience,
            [gate, provider, reason, pauses](engine::Context& context) {
              if (pauses) {
                engine::pause(context, provider, reason);
              } else {
                engine::resume(context, provider, reason);
              }
              *gate = context.store.gate(provider);
            });
    ApiAnswer answer;
    answer.body = pause_json(*gate).dump();
    return answer;
  };
  return route;
}

}  // namespace

std::vector<ApiRoute> provider_action_routes(const ApiParts& parts) {
  return {pause_route(parts, true), pause_route(parts, false)};
}

}  // namespace latchkey::surface

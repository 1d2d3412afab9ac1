#include "surface/api_access.h"

#include "engine/authenticate.h"

namespace latchkey::surface {

ApiCaller ApiAccess::require(std::string_view token, const std::string& scope) {
  const engine::ShownToken shown = engine::look_up_token(*stores_.lease(), clock_.now().wall, token, scope);
  if (shown.verdict == engine::Verdict::Holds) return {shown.actor, shown.id, shown.single_use};
  if (denials_.count(shown.id)) inbox_.put(engine::Denied{});
  if (shown.verdict == engine::Verdict::Forbidden) throw engine::forbidden(scope);
  throw engine::unauthorized();
}

}  // namespace latchkey::surface

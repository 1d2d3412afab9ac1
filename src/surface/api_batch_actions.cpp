#include "surface/api_batch_actions.h"

#include <memory>

#include "base/time_text.h"
#include "engine/batches.h"
#include "surface/api_batches.h"
#include "surface/api_body.h"
#include "surface/api_turn.h"
#include "surface/batch_view.h"

namespace latchkey::surface {
namespace {

/// What a turn has done to a batch.
struct ChangedBatch {
  BatchView view;
  OrderedJson more;  ///< members that only this action has
};

using BatchChange =
    std::function<OrderedJson(engine::Context&, const std::string& id, const std::string& reason)>;

OrderedJson pause_in_turn(engine::Context& context, const std::string& id, const std::string& reason) {
  const engine::PauseOutlook outlook = engine::pause_batch(context, id, reason);
  const auto time = [](const std::optional<TimePoint>& t) {
    return t ? OrderedJson(format_utc(*t)) : OrderedJson(nullptr);
  };
  return {{"firstStaleAt", time(outlook.first_stale)}, {"lastStaleAt", time(outlook.last_stale)}};
}

ApiRoute batch_action(const ApiParts& parts, const char* word, BatchChange change) {
  ApiRoute route{"POST", std::string("/v1/batches/{batch}/") + word, "operate"};
  route.handle = [parts, change = std::move(change)](ApiRequest& request) {
    const std::string reason = read_reason(request.body, true);
    const std::string id = batch_of(request);
    const auto changed = std::make_shared<ChangedBatch>();
    in_turn(parts.inbox, request.caller, kTurnPatience,
            [changed, id, reason, change](engine::Context& context) {
              changed->more = change(context, id, reason);
              changed->view = find_view(context.store, context.settings, id, context.now.wall);
            });
    OrderedJson document = batch_json(changed->view);
    for (const auto& [key, value] : changed->more.items()) document[key] = value;
    ApiAnswer answer;
    answer.body = document.dump();
    return answer;
  };
  return route;
}

}  // namespace

std::vector<ApiRoute> batch_action_routes(const ApiParts& parts) {
  const auto resume = [](engine::Context& context, const std::string& id, const std::string& reason) {
    engine::resume_batch(context, id, reason);
    return OrderedJson::object();
  };
  // Marks it: the jobs are cancelled by this turn's successors, piece by piece.
  const auto cancel = [](engine::Context& context, const std::string& id, const std::string& reason) {
    engine::cancel_batch(context, id, reason);
    return OrderedJson::object();
  };
  return {batch_action(parts, "pause", pause_in_turn), batch_action(parts, "resume", resume),
          batch_action(parts, "cancel", cancel)};
}

}  // namespace latchkey::surface

#include "surface/api_job_actions.h"

#include <memory>

#include "base/ids.h"
#include "engine/operations.h"
#include "surface/api_body.h"
#include "surface/api_turn.h"
#include "surface/job_view.h"

namespace latchkey::surface {
namespace {

/// What a person says to an action.
struct Decision {
  std::string reason;
  bool sent = false;
};

using JobAction =
    std::function<job::Job(engine::Context&, const std::string& request_id, const Decision& decision)>;

Decision read_decision(const std::string& body, bool closes) {
  const Json json = closes ? parse_body(body) : parse_optional_body(body);
  std::vector<FieldError> errors;
  BodyReader reader(json, "", errors);
  Decision decision;
  decision.reason = reader.reason(closes);
  if (closes) {
    const auto sent = reader.boolean("sent");
    if (!sent && !json.contains("sent")) reader.wrong("sent", "is needed: true or false, as you found out");
    decision.sent = sent.value_or(false);
  }
  reader.finish();
  reject_if_any("invalid_request", std::move(errors));
  return decision;
}

// The job as the whole turn has left it: a link that waited has been wiped in it, for example.
ApiAnswer job_after_turn(ReadStores& stores, const job::Job& before) {
  const auto now = stores.lease()->find_job(before.request_id);
  const job::Job& job = now ? *now : before;
  OrderedJson document = job_json(job);
  document["seq"] = job.last_seq;
  ApiAnswer answer;
  answer.body = document.dump();
  return answer;
}

ApiRoute action_route(const ApiParts& parts, const std::string& name, const JobAction& action) {
  const bool closes = name == "close";
  ApiRoute route{"POST", "/v1/jobs/{requestId}/" + name, "operate"};
  route.handle = [parts, action, closes](ApiRequest& request) {
    const Decision decision = read_decision(request.body, closes);
    const std::string id = request_id_of(request);
    const auto job = std::make_shared<job::Job>();
    in_turn(parts.inbox, request.caller, kTurnPatience,
            [job, action, id, decision](engine::Context& context) { *job = action(context, id, decision); });
    return job_after_turn(parts.stores, *job);
  };
  return route;
}

}  // namespace

std::string request_id_of(ApiRequest& request) {
  if (!is_id(request.words.front())) throw InputError("not_found", "requestId", "no job has this requestId");
  request.request_id = request.words.front();
  return request.request_id;
}

std::vector<ApiRoute> job_action_routes(const ApiParts& parts) {
  using engine::Context;
  return {action_route(parts, "cancel",
                       [](Context& context, const std::string& id, const Decision& decision) {
                         return engine::cancel(context, id, decision.reason);
                       }),
          action_route(parts, "release",
                       [](Context& context, const std::string& id, const Decision& decision) {
                         return engine::release(context, id, decision.reason);
                       }),
          action_route(parts, "close", [](Context& context, const std::string& id, const Decision& decision) {
            return engine::close(context, id, decision.sent, decision.reason);
          })};
}

}  // namespace latchkey::surface

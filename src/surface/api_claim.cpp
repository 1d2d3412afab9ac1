#include "surface/api_claim.h"

#include <memory>

#include "engine/claim.h"
#include "surface/api_body.h"
#include "surface/api_job_actions.h"
#include "surface/api_links.h"
#include "surface/api_turn.h"

namespace latchkey::surface {
namespace {

void require_no_members(const std::string& body) {
  const Json json = parse_optional_body(body);
  std::vector<FieldError> errors;
  BodyReader(json, "", errors).finish();
  reject_if_any("invalid_request", std::move(errors));
}

/// A link on its way from the engine's thread to the caller's.
struct ClaimedLink {
  Secret link;
  TimePoint expires_at;
};

}  // namespace

ApiRoute claim_route(const ApiParts& parts) {
  ApiRoute route{"POST", "/v1/jobs/{requestId}/link", "send"};
  route.handle = [parts](ApiRequest& request) {
    require_no_members(request.body);
    const std::string id = request_id_of(request);
    const auto claimed = std::make_shared<ClaimedLink>();
    handover::WaitingLinks& links = parts.links;
    in_turn(
        parts.inbox, request.caller, kTurnPatience,
        [claimed, &links, id](engine::Context& context) {
          engine::claim(context, links, id);
          claimed->expires_at = links.find(id)->expires_at;
        },
        // Only now: a turn that fails has not happened, and the link waits on.
        [claimed, &links, id] { claimed->link = links.take(id); });
    ApiAnswer answer;
    answer.secret = link_document(id, claimed->link, claimed->expires_at);
    answer.headers.emplace_back("Referrer-Policy", "no-referrer");
    return answer;
  };
  return route;
}

}  // namespace latchkey::surface

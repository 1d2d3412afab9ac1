#include "surface/api_reprocess.h"

#include <memory>
#include <utility>

#include "base/text.h"
#include "engine/reprocess.h"
#include "engine/settings_of.h"
#include "surface/api_body.h"
#include "surface/api_turn.h"
#include "surface/key_files.h"
#include "surface/preview_view.h"
#include "surface/question.h"

namespace latchkey::surface {
namespace {

/// The body of the first step.
struct PreviewOrder {
  engine::BulkAction action = engine::BulkAction::Reprocess;
  JobQuestion question;
  bool include_refused = false;
};

std::vector<std::string> read_states(BodyReader& reader) {
  std::vector<std::string> states;
  const Json* list = reader.list("state");
  if (list == nullptr) return states;
  for (const Json& state : *list) {
    if (state.is_string()) {
      states.push_back(state.get<std::string>());
    } else {
      reader.wrong("state", "expected a list of strings");
      break;
    }
  }
  return states;
}

void read_filter(const Json& json, JobQuestion& question, std::vector<FieldError>& errors) {
  BodyReader reader(json, "filter.", errors);
  question.states = read_states(reader);
  question.code = reader.text("code");
  question.outcome = reader.text("outcome");
  question.provider = reader.text("provider");
  question.batch = reader.text("batch");
  question.definition = reader.text("definition");
  question.from = reader.text("from");
  question.to = reader.text("to");
  question.recipient = reader.text("recipient");
  reader.finish();
}

void read_action(BodyReader& reader, PreviewOrder& order) {
  const auto action = reader.needed_text("action");
  if (!action) return;
  const auto known = engine::bulk_action_named(*action);
  if (!known) {
    return reader.wrong("action",
                        "expected \"reprocess\", \"release\", \"close_sent\" or \"close_not_sent\", got \"" +
                            shown(*action) + "\"");
  }
  order.action = *known;
}

PreviewOrder read_preview_order(const std::string& body) {
  const Json json = parse_body(body);
  std::vector<FieldError> errors;
  PreviewOrder order;
  BodyReader reader(json, "", errors);
  read_action(reader, order);
  order.include_refused = reader.boolean("includeRefused").value_or(false);
  if (const Json* filter = reader.object("filter")) {
    read_filter(*filter, order.question, errors);
  } else if (!json.contains("filter")) {
    reader.wrong("filter", "is needed: which jobs are meant");
  }
  reader.finish();
  reject_if_any("invalid_request", std::move(errors));
  return order;
}

// Looking at the queue takes as long as the queue is: on this thread, while the engine goes on.
engine::Preview look(const ApiParts& parts, const engine::Settings& settings, const PreviewOrder& order) {
  const auto store = parts.stores.lease();
  const TimePoint now = parts.clock.now().wall;
  engine::Selector selector;
  selector.action = order.action;
  selector.include_refused = order.include_refused;
  if (auto filter = order.question.job_filter(*store, now)) {
    selector.filter = std::move(*filter);
  } else {
    selector.filter.subject = "nobody";  // whom anything was ever sent to
  }
  return engine::make_preview(*store, settings, now, std::move(selector));
}

ApiRoute preview_route(const ApiParts& parts) {
  ApiRoute route{"POST", "/v1/jobs/reprocess", "operate"};
  route.handle = [parts](ApiRequest& request) {
    const PreviewOrder order = read_preview_order(request.body);
    engine::Settings settings = engine::settings_of(parts.config);
    settings.fingerprint_keys = fingerprint_keys_when_asked(parts.config.fingerprint_key_file);
    const auto preview = std::make_shared<const engine::Preview>(look(parts, settings, order));
    const auto kept = std::make_shared<std::optional<store::Preview>>();
    in_turn(parts.inbox, request.caller, kTurnPatience, [preview, kept](engine::Context& context) {
      if (preview->selection.jobs > 0) *kept = engine::keep_preview(context, *preview);
    });
    ApiAnswer answer;
    answer.body = preview_json(*preview, settings, *kept).dump();
    return answer;
  };
  return route;
}

ApiRoute execute_route(const ApiParts& parts) {
  ApiRoute route{"POST", "/v1/jobs/reprocess/{previewId}", "operate"};
  route.handle = [parts](ApiRequest& request) {
    const std::string reason = read_reason(request.body, true);
    const std::string id = request.words.front();
    const auto executed = std::make_shared<engine::Executed>();
    in_turn(parts.inbox, request.caller, kTurnPatience, [executed, id, reason](engine::Context& context) {
      *executed = engine::execute_preview(context, id, reason);
    });
    ApiAnswer answer;
    answer.body = executed_json(*executed).dump();
    return answer;
  };
  return route;
}

}  // namespace

std::vector<ApiRoute> reprocess_routes(const ApiParts& parts) {
  return {preview_route(parts), execute_route(parts)};
}

}  // namespace latchkey::surface

#include "surface/api_batches.h"

#include <utility>

#include "surface/api_body.h"
#include "surface/api_query.h"
#include "surface/batch_view.h"
#include "surface/list_cursor.h"

namespace latchkey::surface {
namespace {

// Counting the reasons of a large batch's failures would take a thread for seconds.
constexpr std::int64_t kFailuresLookedAt = 50'000;
constexpr std::size_t kBatchIdMax = 64;

/// GET /v1/batches as it was asked.
struct BatchListQuery {
  store::BatchFilter filter;
  std::size_t limit = kAnswerLimit;
  std::string text;  ///< the filters, for the cursor
};

BatchListQuery read_batch_query(const ApiRequest& request) {
  const Json object = query_object(request.query);
  std::vector<FieldError> errors;
  BodyReader reader(object, "", errors);
  BatchListQuery query;
  query.filter.newest_first = true;
  query.filter.definition = reader.text("definition");
  query.text = Json(query.filter.definition.value_or("")).dump();
  const auto cursor = reader.text("cursor");
  query.limit = reader.text("limit") ? answer_limit(&object.at("limit"), errors) : kAnswerLimit;
  reader.finish();
  reject_if_any("invalid_request", std::move(errors));
  if (cursor) query.filter.after = after_batch_of(*cursor, query.text);
  return query;
}

}  // namespace

std::string batch_of(const ApiRequest& request) {
  const std::string& id = request.words.front();
  if (id.empty() || id.size() > kBatchIdMax) throw InputError("not_found", "batch", "no batch has this id");
  return id;
}

ApiRoute batch_list_route(const ReadParts& parts) {
  ApiRoute route{"GET", "/v1/batches", "read", 0};
  route.handle = [parts](ApiRequest& request) {
    const BatchListQuery query = read_batch_query(request);
    const auto store = parts.stores.lease();
    OrderedJson list = OrderedJson::array();
    OrderedJson next;
    std::string last;
    store->each_batch(query.filter, [&](const store::Batch& batch) {
      if (list.size() == query.limit) {
        next = batch_cursor(last, query.text);
        return false;
      }
      last = batch.id;
      list.push_back(batch_json(view_of(*store, parts.settings, batch, parts.clock.now().wall)));
      return true;
    });
    ApiAnswer answer;
    answer.body = OrderedJson{{"batches", std::move(list)}, {"nextCursor", std::move(next)}}.dump();
    return answer;
  };
  return route;
}

ApiRoute batch_route(const ReadParts& parts) {
  ApiRoute route{"GET", "/v1/batches/{batch}", "read", 0};
  route.handle = [parts](ApiRequest& request) {
    require_no_query(request);
    const auto store = parts.stores.lease();
    const BatchView view = find_view(*store, parts.settings, batch_of(request), parts.clock.now().wall);
    OrderedJson document = batch_json(view);
    document["failures"] = failures_json(failures_of(*store, view, kFailuresLookedAt));
    ApiAnswer answer;
    answer.body = document.dump();
    return answer;
  };
  return route;
}

}  // namespace latchkey::surface

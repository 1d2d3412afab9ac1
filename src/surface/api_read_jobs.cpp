#include "surface/api_read_jobs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ids.h"
#include "surface/api_body.h"
#include "surface/api_job_actions.h"
#include "surface/api_query.h"
#include "surface/job_story.h"
#include "surface/job_view.h"
#include "surface/list_cursor.h"
#include "surface/question.h"

namespace latchkey::surface {
namespace {

// A question that few jobs fit is answered in pieces, so that no answer takes a thread for long.
constexpr std::int64_t kJobsLookedAt = 50'000;

/// GET /v1/jobs as it was asked.
struct JobListQuery {
  JobQuestion question;
  std::size_t limit = kAnswerLimit;
  std::optional<std::string> cursor;
  std::string text;  ///< the filters, for the cursor
};

std::vector<std::string> states_in(const std::string& list) {
  std::vector<std::string> states;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    states.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return states;
}

bool read_newest(BodyReader& reader) {
  const auto newest = reader.text("newest");
  if (newest && newest != "true" && newest != "false") reader.wrong("newest", "expected true or false");
  return newest == "true";
}

JobListQuery read_list_query(const ApiRequest& request) {
  const Json object = query_object(request.query);
  std::vector<FieldError> errors;
  BodyReader reader(object, "", errors);
  JobListQuery query;
  JobQuestion& question = query.question;
  question.provider = reader.text("provider");
  question.outcome = reader.text("outcome");
  question.code = reader.text("code");
  question.batch = reader.text("batch");
  question.definition = reader.text("definition");
  question.from = reader.text("from");
  question.to = reader.text("to");
  question.newest = read_newest(reader);
  query.cursor = reader.text("cursor");
  if (const auto states = reader.text("state")) question.states = states_in(*states);
  query.limit = reader.text("limit") ? answer_limit(&object.at("limit"), errors) : kAnswerLimit;
  if (reader.text("recipient")) {
    reader.wrong(
        "recipient",
        "would stand in the logs of whatever passes this address on: ask POST /v1/audit/query, whose "
        "entries name the requests");
  }
  reader.finish();
  for (const auto& [name, value] : request.query) {
    if (name != "cursor" && name != "limit") query.text += Json{name, value}.dump();
  }
  reject_if_any("invalid_request", std::move(errors));
  return query;
}

ApiAnswer list_answer(store::Store& store, const JobListQuery& query, TimePoint now) {
  store::JobFilter filter = query.question.job_filter(store, now).value();  // it names no recipient
  if (query.cursor) filter.after_id = after_id_of(*query.cursor, query.text);
  filter.looks_max = kJobsLookedAt;
  OrderedJson jobs = OrderedJson::array();
  std::int64_t last = 0;
  bool more = false;
  const auto stopped_after = store.each_job(filter, [&](const job::Job& job) {
    more = jobs.size() == query.limit;
    if (more) return false;
    last = job.id;
    jobs.push_back(job_json(job));
    return true;
  });
  const std::optional<std::int64_t> after = more ? std::optional(last) : stopped_after;
  ApiAnswer answer;
  answer.body =
      OrderedJson{{"jobs", std::move(jobs)},
                  {"nextCursor", after ? OrderedJson(job_cursor(*after, query.text)) : OrderedJson(nullptr)}}
          .dump();
  return answer;
}

}  // namespace

ApiRoute job_list_route(const ReadParts& parts) {
  ApiRoute route{"GET", "/v1/jobs", "read", 0};
  route.handle = [parts](ApiRequest& request) {
    const JobListQuery query = read_list_query(request);
    return list_answer(*parts.stores.lease(), query, parts.clock.now().wall);
  };
  return route;
}

ApiRoute job_route(const ReadParts& parts) {
  ApiRoute route{"GET", "/v1/jobs/{requestId}", "read", 0};
  route.handle = [parts](ApiRequest& request) {
    require_no_query(request);
    const std::string id = request_id_of(request);
    ApiAnswer answer;
    answer.body = story_json(find_story(*parts.stores.lease(), id)).dump();
    return answer;
  };
  return route;
}

}  // namespace latchkey::surface

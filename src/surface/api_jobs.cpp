#include "surface/api_jobs.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/time_text.h"
#include "engine/submit.h"
#include "surface/api_body.h"
#include "surface/api_turn.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kOneJobMax = 1024 * 1024;
constexpr std::size_t kManyJobsMax = 4 * 1024 * 1024;
constexpr std::size_t kJobsMost = 10'000;

/// What one request asks for.
struct JobOrder {
  std::vector<job::Submission> submissions;
  bool many = false;

  /// What stands before the names of a job's fields in messages.
  std::string path(std::size_t at) const { return many ? "jobs[" + std::to_string(at) + "]." : ""; }
};

struct StoredJob {
  engine::Submitted submitted;
  std::optional<TimePoint> admit_at;
};

class JobOrderReader {
 public:
  explicit JobOrderReader(const ApiParts& parts) : config_(parts.config), now_(parts.clock.now().wall) {}

  JobOrder read(const std::string& body) {
    const Json json = parse_body(body);
    JobOrder order;
    order.many = json.contains("jobs");
    if (order.many) {
      read_many(json, order);
    } else {
      if (body.size() > kOneJobMax) {
        throw InputError("body_too_large", "", "one job is larger than 1024 KiB");
      }
      read_one(json, order, false);
    }
    reject_if_any("invalid_request", std::move(errors_));
    return order;
  }

 private:
  void read_many(const Json& json, JobOrder& order) {
    BodyReader reader(json, "", errors_);
    const Json* jobs = reader.list("jobs");
    const bool pace = reader.boolean("pace").value_or(false);
    reader.finish();
    if (jobs == nullptr) return;
    if (jobs->empty() || jobs->size() > kJobsMost) {
      return reader.wrong("jobs", "expected 1 to 10000 jobs, got " + std::to_string(jobs->size()));
    }
    for (const Json& job : *jobs) read_one(job, order, pace);
  }

  // One that is wrong keeps its place, so that the others' paths are right.
  void read_one(const Json& json, JobOrder& order, bool pace) {
    const std::string path = order.path(order.submissions.size());
    order.submissions.emplace_back();
    if (!json.is_object()) {
      errors_.push_back({path.substr(0, path.size() - 1), "expected a JSON object"});
      return;
    }
    const std::size_t errors_before = errors_.size();
    BodyReader reader(json, path, errors_);
    const auto provider = read_provider(reader);
    job::Draft draft;
    draft.request_id = reader.text("requestId");
    draft.email = reader.text("email");
    draft.customer_id = reader.text("customerId");
    draft.at = reader.text("at");
    draft.lifetime = reader.text("lifetime");
    draft.hand_over = reader.text("handover");
    draft.deliver_to = reader.text("deliverTo");
    const bool own_pace = reader.boolean("pace").value_or(pace);
    reader.finish();
    if (draft.hand_over == "reply") {
      reader.wrong("handover", "\"reply\" is for a caller who waits: POST /v1/links");
    }
    if (errors_.size() > errors_before) return;
    try {
      job::Submission& submission = order.submissions.back();
      submission = job::check_draft(draft, *provider, {config_.provider(*provider).link_lifetime, now_});
      submission.pace = own_pace;
    } catch (const InputError& error) {
      reader.wrong(error);
    }
  }

  static std::optional<job::Provider> read_provider(BodyReader& reader) {
    const auto name = reader.needed_text("provider");
    if (!name) return std::nullopt;
    const auto provider = job::provider_named(*name);
    if (!provider) {
      reader.wrong("provider", "expected \"mayar\" or \"nomos\", got \"" + shown(*name) + "\"");
    }
    return provider;
  }

  const Config& config_;
  const TimePoint now_;
  std::vector<FieldError> errors_;
};

/// What is wrong with the jobs of one request, found out in the turn.
class Rejections {
 public:
  void add(const InputError& error, const std::string& path) {
    if (errors_.empty()) {
      code_ = error.code();
      if (const auto* not_fresh = dynamic_cast<const CannotBeFresh*>(&error))
        earliest_ = not_fresh->earliest();
    }
    for (FieldError one : error.errors()) {
      one.field = path + one.field;
      errors_.push_back(std::move(one));
    }
  }

  void reject_if_any() {
    if (errors_.empty()) return;
    const std::string summary = summary_of(errors_);
    if (earliest_) throw CannotBeFresh(summary, std::move(errors_), *earliest_);
    throw InputError(code_, summary, std::move(errors_));
  }

 private:
  std::string code_;
  std::optional<TimePoint> earliest_;
  std::vector<FieldError> errors_;
};

StoredJob store_job(engine::Context& context, const job::Submission& submission) {
  StoredJob stored{engine::submit(context, submission), std::nullopt};
  const job::Job& job = stored.submitted.job;
  if (job.standing.state == job::State::Queued) {
    stored.admit_at = context.forecasts.admission(job.provider, job.due_at);
  }
  return stored;
}

void store_jobs(engine::Context& context, const JobOrder& order, std::vector<StoredJob>& stored) {
  stored.clear();  // the turn may be made again
  Rejections rejections;
  for (std::size_t i = 0; i < order.submissions.size(); ++i) {
    try {
      stored.push_back(store_job(context, order.submissions[i]));
    } catch (const InputError& error) {
      rejections.add(error, order.path(i));
    }
  }
  try {
    rejections.reject_if_any();
  } catch (const InputError&) {
    context.forecasts.forget();  // what was let in is not stored
    throw;
  }
}

OrderedJson json_of(const StoredJob& stored) {
  const job::Job& job = stored.submitted.job;
  return {{"requestId", job.request_id},
          {"state", name(job.standing.state)},
          {"dueAt", format_utc(job.due_at)},
          {"expiresAt", format_utc(job.expires_at)},
          {"admitAt", stored.admit_at ? OrderedJson(format_utc(*stored.admit_at)) : OrderedJson(nullptr)},
          {"seq", job.last_seq},
          {"created", stored.submitted.created}};
}

ApiAnswer answer_of(const JobOrder& order, const std::vector<StoredJob>& stored) {
  ApiAnswer answer;
  answer.status = 200;
  OrderedJson list = OrderedJson::array();
  for (const StoredJob& one : stored) {
    if (one.submitted.created) answer.status = 201;
    list.push_back(json_of(one));
  }
  answer.body = order.many ? OrderedJson{{"jobs", std::move(list)}}.dump() : list.front().dump();
  return answer;
}

}  // namespace

ApiRoute jobs_route(const ApiParts& parts) {
  ApiRoute route{"POST", "/v1/jobs", "send", kManyJobsMax, {}};
  route.handle = [parts](ApiRequest& request) {
    const auto order = std::make_shared<const JobOrder>(JobOrderReader(parts).read(request.body));
    if (!order->many) request.request_id = order->submissions.front().request_id;
    const auto stored = std::make_shared<std::vector<StoredJob>>();
    in_turn(parts.inbox, request.caller, kTurnPatience,
            [order, stored](engine::Context& context) { store_jobs(context, *order, *stored); });
    return answer_of(*order, *stored);
  };
  return route;
}

}  // namespace latchkey::surface

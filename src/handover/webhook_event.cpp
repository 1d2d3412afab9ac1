#include "handover/webhook_event.h"

#include "base/json.h"
#include "base/time_text.h"

namespace latchkey::handover {
namespace {

template <typename Enum>
OrderedJson name_or_null(const std::optional<Enum>& value) {
  return value ? OrderedJson(job::name(*value)) : OrderedJson(nullptr);
}

}  // namespace

std::optional<EventType> event_of(job::State state) {
  switch (state) {
    case job::State::Done:
      return EventType::JobDone;
    case job::State::Failed:
      return EventType::JobFailed;
    case job::State::Stale:
      return EventType::JobStale;
    case job::State::Held:
      return EventType::JobHeld;
    case job::State::Cancelled:
      return EventType::JobCancelled;
    case job::State::Queued:
    case job::State::Running:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string event_body(EventType type, const job::Job& job, TimePoint at) {
  OrderedJson data;
  data["requestId"] = job.request_id;
  data["state"] = job::name(job.standing.state);
  data["provider"] = job::name(job.provider);
  const bool hands_over = job.hand_over != job::HandOver::None;
  data["handover"] = hands_over ? OrderedJson(job::name(job.hand_over)) : OrderedJson(nullptr);
  data["outcome"] = name_or_null(job.outcome);
  data["code"] = name_or_null(job.code);
  data["attempts"] = job.attempts;
  data["batch"] = job.batch.empty() ? OrderedJson(nullptr) : OrderedJson(job.batch);
  data["seq"] = job.last_seq;

  OrderedJson body;
  body["type"] = job::name(type);
  body["timestamp"] = format_utc(at);
  body["data"] = std::move(data);
  return body.dump();
}

std::string batch_event_body(const BatchEnd& end, TimePoint at) {
  OrderedJson data;
  data["batch"] = end.batch;
  data["definition"] = end.definition;
  data["nominal"] = end.nominal;
  data["state"] = end.state;
  for (const auto& [state, count] : end.counts) data["counts"][std::string(job::name(state))] = count;

  OrderedJson body;
  body["type"] = job::name(EventType::BatchFinished);
  body["timestamp"] = format_utc(at);
  body["data"] = std::move(data);
  return body.dump();
}

}  // namespace latchkey::handover

#include "surface/job_view.h"

#include "base/time_text.h"

namespace latchkey::surface {
namespace {

using job::State;

OrderedJson time_or_null(const std::optional<TimePoint>& time) {
  return time ? OrderedJson(format_utc(*time)) : OrderedJson(nullptr);
}

template <typename Enum>
OrderedJson name_or_null(const std::optional<Enum>& value) {
  return value ? OrderedJson(name(*value)) : OrderedJson(nullptr);
}

std::string with_meaning(const std::string& text, const std::optional<job::Code>& code) {
  return code ? text + ": " + std::string(job::meaning(*code)) : text;
}

}  // namespace

OrderedJson job_json(const job::Job& job, const std::optional<std::string>& recipient) {
  OrderedJson json{{"requestId", job.request_id}, {"provider", name(job.provider)}};
  if (recipient) json["recipient"] = *recipient;
  json["state"] = name(job.standing.state);
  json["handover"] = job.hand_over == job::HandOver::None ? OrderedJson(nullptr) : name(job.hand_over);
  json["dueAt"] = format_utc(job.due_at);
  json["expiresAt"] = format_utc(job.expires_at);
  json["attempts"] = job.attempts;
  json["outcome"] = name_or_null(job.outcome);
  json["code"] = name_or_null(job.code);
  json["batch"] = job.batch.empty() ? OrderedJson(nullptr) : OrderedJson(job.batch);
  json["createdAt"] = format_utc(job.created_at);
  json["finishedAt"] = time_or_null(job.finished_at);
  return json;
}

Cell state_cell(State state) {
  const std::string text(name(state));
  switch (state) {
    case State::Queued:
    case State::Running:
      return {text};
    case State::Done:
      return {text, Paint::Good};
    case State::Failed:
      return {text, Paint::Bad};
    case State::Stale:
    case State::Held:
      return {text, Paint::Warning};
    case State::Cancelled:
      return {text, Paint::Quiet};
  }
  return {text};
}

std::string last_outcome(const job::Job& job) {
  std::string text(job.outcome ? name(*job.outcome) : "");
  if (job.code) text += (text.empty() ? "" : " ") + std::string(name(*job.code));
  return text;
}

std::string standing_text(const job::Job& job) {
  switch (job.standing.state) {
    case State::Queued:
      return with_meaning(job.attempts == 0 ? "waits to be sent" : "waits for its next try", job.code);
    case State::Running:
      return job.standing.cancel_requested ? "its call is under way, and no other will follow"
                                           : "its call is under way";
    case State::Done:
      if (job.code == job::Code::Closed) return "closed as sent by a person";
      return "sent; " + std::string(name(job.provider)) + " accepted it";
    case State::Failed:
      if (job.code == job::Code::Closed) return "closed as not sent by a person";
      return with_meaning("not sent", job.code);
    case State::Stale:
      return "not sent: its time ran out before a call";
    case State::Held:
      return with_meaning("may have been sent; a person decides", job.code);
    case State::Cancelled:
      return "nothing more is sent";
  }
  return {};
}

int exit_code_of(State state) {
  return state == State::Failed || state == State::Stale || state == State::Cancelled ? 1 : 0;
}

}  // namespace latchkey::surface

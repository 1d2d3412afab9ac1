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

std::string running_text(const job::Job& job) {
  const bool waits = hand_over_state(job) == "waiting";
  const bool cancelled = job.standing.cancel_requested;
  if (waits && cancelled) return "its link is about to be wiped";
  if (waits) {
    return job.hand_over == job::HandOver::Claim ? "its link waits to be claimed"
                                                 : "its link waits to be mailed";
  }
  const bool calling = job.standing.step == job::Step::Calling;
  const std::string text = calling                                 ? "its call is under way"
                           : job.hand_over == job::HandOver::Email ? "its link is being mailed"
                                                                   : "its link is being handed over";
  return cancelled ? text + ", and no other will follow" : text;
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
  const std::string_view waiting = hand_over_state(job);
  json["handoverState"] = waiting.empty() ? OrderedJson(nullptr) : OrderedJson(waiting);
  json["dueAt"] = format_utc(job.due_at);
  json["expiresAt"] = format_utc(job.expires_at);
  json["attempts"] = job.attempts;
  json["outcome"] = name_or_null(job.outcome);
  json["code"] = name_or_null(job.code);
  json["batch"] = job.batch.empty() ? OrderedJson(nullptr) : OrderedJson(job.batch);
  json["reprocessOf"] = job.reprocess_of ? OrderedJson(*job.reprocess_of) : OrderedJson(nullptr);
  json["reprocessedAs"] = job.reprocessed_as ? OrderedJson(*job.reprocessed_as) : OrderedJson(nullptr);
  json["createdAt"] = format_utc(job.created_at);
  json["finishedAt"] = time_or_null(job.finished_at);
  json["seq"] = job.last_seq;
  return json;
}

// A link that is to be claimed waits from its handover.intent on, one that is mailed before and between the
// mails.
std::string_view hand_over_state(const job::Job& job) {
  if (job.standing.state != State::Running || job.standing.step == job::Step::Calling) return {};
  const bool between = job.standing.step == job::Step::None;
  return between || job.hand_over == job::HandOver::Claim ? "waiting" : "under_way";
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
  const std::string_view link = hand_over_state(job);
  if (!link.empty()) return link == "waiting" ? "handover: waiting" : "handover: under way";
  std::string text(job.outcome ? name(*job.outcome) : "");
  if (job.code) text += (text.empty() ? "" : " ") + std::string(name(*job.code));
  return text;
}

std::string standing_text(const job::Job& job) {
  switch (job.standing.state) {
    case State::Queued:
      return with_meaning(job.attempts == 0 ? "waits to be sent" : "waits for its next try", job.code);
    case State::Running:
      return running_text(job);
    case State::Done:
      if (job.code == job::Code::Closed) return "closed as sent by a person";
      if (job.hand_over == job::HandOver::Claim) return "its link was claimed";
      if (job.hand_over == job::HandOver::Email) return "its link was mailed; the mail server took it";
      if (job.hand_over == job::HandOver::Reply) return "its link was written to whoever waited for it";
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

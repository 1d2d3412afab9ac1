#include "handover/webhook_event.h"

namespace latchkey::handover {
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
std::string event_body(EventType, const job::Job&, TimePoint) {
  return {};
}
}  // namespace latchkey::handover

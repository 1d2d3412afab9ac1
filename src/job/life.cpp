#include "job/life.h"

namespace latchkey::job {
namespace {

using ledger::EntryType;

std::optional<Standing> from_queued(const Event& event) {
  switch (event.type) {
    case EntryType::AttemptIntent:
      return Standing{State::Running, Step::Calling, false};
    case EntryType::JobRefused:
      return Standing{State::Stale};
    case EntryType::JobCancelled:
      return Standing{State::Cancelled};
    case EntryType::JobFailed:
      return Standing{State::Failed};
    case EntryType::JobHeld:
      return Standing{State::Held};
    default:
      return std::nullopt;
  }
}

std::optional<Standing> from_running(const Standing& now, const Event& event) {
  const bool accepted = event.outcome == Outcome::Accepted;
  const Standing waiting_for_hand_over{State::Running, Step::None, now.cancel_requested};
  switch (event.type) {
    case EntryType::AttemptResult:
      if (now.step != Step::Calling) return std::nullopt;
      if (accepted) return event.hand_over == HandOver::None ? Standing{State::Done} : waiting_for_hand_over;
      return Standing{now.cancel_requested ? State::Cancelled : State::Queued};
    case EntryType::HandoverIntent:
      if (now.step != Step::None) return std::nullopt;
      return Standing{State::Running, Step::HandingOver, now.cancel_requested};
    case EntryType::HandoverResult:
      if (now.step != Step::HandingOver) return std::nullopt;
      // That somebody came for a link is said by link.claimed.
      if (accepted && event.hand_over == HandOver::Claim) return std::nullopt;
      return accepted ? Standing{State::Done} : waiting_for_hand_over;
    case EntryType::LinkClaimed:
      if (now.step != Step::HandingOver || event.hand_over != HandOver::Claim) return std::nullopt;
      return now.cancel_requested ? std::nullopt : std::optional(Standing{State::Done});
    case EntryType::LinkExpired:
      if (now.step != Step::HandingOver || event.hand_over != HandOver::Claim) return std::nullopt;
      return Standing{now.cancel_requested ? State::Cancelled : State::Failed};
    case EntryType::JobFailed:
      if (now.step != Step::None) return std::nullopt;
      return Standing{now.cancel_requested ? State::Cancelled : State::Failed};
    case EntryType::JobHeld:
      if (now.step != Step::None) return std::nullopt;
      return Standing{now.cancel_requested ? State::Cancelled : State::Held};
    case EntryType::JobCancelled:
      if (now.cancel_requested) return std::nullopt;
      return Standing{State::Running, now.step, true};
    default:
      return std::nullopt;
  }
}

std::optional<Standing> from_held(const Event& event) {
  switch (event.type) {
    case EntryType::JobReleased:
      return Standing{State::Queued};
    case EntryType::JobClosed:
      if (event.outcome == Outcome::Accepted) return Standing{State::Done};
      if (event.outcome == Outcome::NotSent) return Standing{State::Failed};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

// An answer that comes after its attempt was given up. Mayar has sent the mail by then, so nothing is left to
// do; a Nomos link that comes too late is wiped and changes nothing.
Standing after_late_answer(const Standing& now, const Event& event) {
  const bool waiting = now.state == State::Held || now.state == State::Queued;
  const bool sent = event.outcome == Outcome::Accepted && event.hand_over == HandOver::None;
  return waiting && sent ? Standing{State::Done} : now;
}

// The job that repeats it is another one: this one stays what it is.
std::optional<Standing> after_reprocessing(const Standing& now) {
  const bool ended_in_vain =
      now.state == State::Failed || now.state == State::Stale || now.state == State::Cancelled;
  return ended_in_vain || now.state == State::Held ? std::optional(now) : std::nullopt;
}

// These say what became of something: without an outcome they say nothing.
bool lacks_outcome(const Event& event) {
  const bool needed = event.type == EntryType::AttemptResult || event.type == EntryType::AttemptLate ||
                      event.type == EntryType::HandoverResult || event.type == EntryType::JobClosed;
  return needed && !event.outcome;
}

// Step and cancel flag belong to running jobs: no entries lead to any other combination.
bool is_possible(const Standing& standing) {
  return standing.state == State::Running || standing == Standing{standing.state};
}

}  // namespace

std::optional<Standing> next(const Standing& standing, const Event& event) {
  if (!is_possible(standing) || lacks_outcome(event)) return std::nullopt;
  if (event.type == EntryType::AttemptLate) return after_late_answer(standing, event);
  if (event.type == EntryType::JobReprocessed) return after_reprocessing(standing);
  switch (standing.state) {
    case State::Queued:
      return from_queued(event);
    case State::Running:
      return from_running(standing, event);
    case State::Held:
      return from_held(event);
    case State::Done:
    case State::Failed:
    case State::Stale:
    case State::Cancelled:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace latchkey::job

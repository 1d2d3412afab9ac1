#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"
#include "surface/diagnosis.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr Millis kOverdue = std::chrono::minutes(1);
constexpr Millis kPostsLate = std::chrono::hours(1);
constexpr Millis kBackupOld = std::chrono::hours(24 * 7);
constexpr std::size_t kShownReasonMax = 200;

void examine_gate(StoreSession& session, job::Provider provider, Diagnoses& found) {
  const std::string name(job::name(provider));
  const job::Gate gate = session.store().gate(provider);
  if (!session.settings().of(provider).on) return;  // that is for whoever looks at its credentials
  if (gate.paused) {
    const std::string first = gate.pause_code ? "mend what it says, then " : "";
    return found.error(name,
                       name + " is paused since " + format_local(gate.paused_at) + " by " +
                           shown(gate.paused_by) + ": " + shown(gate.pause_reason, kShownReasonMax) +
                           ". Its jobs go stale meanwhile.",
                       first + "latchkey provider resume " + name);
  }
  if (gate.wait_until && *gate.wait_until > session.now()) {
    return found.note(name, name + " has asked us to wait until " + format_local(*gate.wait_until) + ".");
  }
  const std::vector<TimePoint> due = session.store().ready_due_times(provider, 1);
  const auto oldest = std::min_element(due.begin(), due.end());
  if (oldest != due.end() && session.now() - *oldest > kOverdue) {
    return found.warning(name,
                         counted(due.size(), "job") + " of " + name +
                             " are due and not taken, the oldest since " + format_local(*oldest) +
                             ": the limit lets no more go, or no daemon runs.",
                         "latchkey jobs list --state queued --provider " + name);
  }
  found.ok(name, "The gate of " + name + " is open.");
}

void examine_held(StoreSession& session, Diagnoses& found) {
  store::JobFilter filter;
  filter.states = {job::State::Held};
  std::size_t held = 0;
  std::optional<TimePoint> oldest;
  session.store().each_job(filter, [&](const job::Job& job) {
    ++held;
    if (!oldest) oldest = job.created_at;
    return true;
  });
  if (held == 0) return found.ok("held", "No job is held.");
  found.warning("held",
                counted(held, "job") + (held == 1 ? " is" : " are") + " held, the oldest since " +
                    format_local(*oldest) + ": they may have been sent, and a person decides.",
                "latchkey jobs list --state held");
}

void examine_outbox(StoreSession& session, Diagnoses& found) {
  const store::EventCounts counts = session.store().count_events();
  if (counts.given_up > 0) {
    found.error("webhooks",
                counted(static_cast<std::size_t>(counts.given_up), "message") +
                    " could not be delivered within a day and were given up.",
                "latchkey webhook list, then latchkey webhook retry or drop");
  }
  if (counts.oldest && session.now() - *counts.oldest > kPostsLate) {
    found.warning("webhooks",
                  counted(static_cast<std::size_t>(counts.waiting), "message") +
                      " wait to be delivered, the oldest since " + format_local(*counts.oldest) + ".",
                  "latchkey webhook list");
  }
}

void examine_backup(StoreSession& session, Diagnoses& found) {
  const auto last = session.store().last_backup();
  const std::string command = "latchkey backup FILE";
  if (!last) return found.warning("backup", "This database was never backed up.", command);
  const Millis age = session.now() - *last;
  if (age > kBackupOld)
    return found.warning("backup", "The last backup is " + format_span(age) + " old.", command);
  found.ok("backup", "The last backup is " + format_span(age) + " old.");
}

}  // namespace

void examine_queue(StoreSession& session, Diagnoses& found) {
  for (const job::Provider provider : job::kProviders) examine_gate(session, provider, found);
  examine_held(session, found);
  examine_outbox(session, found);
  if (session.store().scrub_is_due()) {
    found.error("erasure", "A recipient was erased, and the files were not searched to the end since.",
                "latchkey audit erase of the same recipient again");
  }
  examine_backup(session, found);
}

}  // namespace latchkey::surface

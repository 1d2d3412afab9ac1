#include "surface/outlook.h"

#include <cctype>

#include "base/text.h"
#include "base/time_text.h"
#include "surface/job_story.h"
#include "surface/job_view.h"

namespace latchkey::surface {

std::string obstacle(StoreSession& session, job::Provider provider) {
  const std::string name(job::name(provider));
  if (!session.settings().of(provider).on) {
    return name + " is off: " + std::string(job::why_off(provider)) + ".";
  }
  const job::Gate gate = session.store().gate(provider);
  if (gate.paused) {
    return name + " is paused (" + shown(gate.pause_reason, 200) + "); `latchkey provider resume " + name +
           "` lets its jobs go.";
  }
  if (!session.daemon_api()) return "No daemon is running; `latchkey serve` starts one.";
  if (gate.wait_until && *gate.wait_until > session.now()) {
    return name + " has asked us to wait until " + format_local(*gate.wait_until) + ".";
  }
  return {};
}

std::string outlook(StoreSession& session, const job::Job& job) {
  if (job.standing.state != job::State::Queued) {
    std::string text = standing_text(job);
    if (const auto until = end_of_link(session.store(), job))
      text += "; it works until " + format_local(*until);
    text += ".";
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
  }
  const std::string in_the_way = obstacle(session, job.provider);
  const bool due_later = job.due_at > session.now();
  if (!in_the_way.empty()) {
    return in_the_way + (due_later ? " It is sent once it is due and that is mended" : " It is sent then") +
           ", unless that is after " + format_local(job.expires_at) + ".";
  }
  if (due_later) return "The daemon sends it at " + format_local(job.due_at) + ".";
  return "The daemon sends it as soon as the provider's limit lets it.";
}

OrderedJson sent_json(const std::string& request_id, job::State state, TimePoint due_at, TimePoint expires_at,
                      std::int64_t seq, bool created) {
  return {{"requestId", request_id},
          {"state", name(state)},
          {"dueAt", format_utc(due_at)},
          {"expiresAt", format_utc(expires_at)},
          {"seq", seq},
          {"created", created}};
}

}  // namespace latchkey::surface

#include "surface/job_story.h"

#include "base/time_text.h"
#include "surface/history.h"
#include "surface/job_view.h"

namespace latchkey::surface {

JobStory find_story(store::Store& store, const std::string& request_id) {
  JobStory story;
  const auto job = store.find_job(request_id);
  story.entries = entries_of_request(store, request_id);
  if (!job && story.entries.empty()) {
    throw InputError("not_found", "requestId", "no job has this requestId");
  }
  story.pruned = !job;
  story.job = job ? *job : job_told_by(decoded(story.entries));
  story.link_expires_at = end_of_link(store, story.job);
  return story;
}

OrderedJson story_json(const JobStory& story, const std::optional<std::string>& recipient) {
  OrderedJson json = job_json(story.job, recipient);
  json["linkExpiresAt"] =
      story.link_expires_at ? OrderedJson(format_utc(*story.link_expires_at)) : OrderedJson(nullptr);
  if (story.pruned) json["pruned"] = true;
  json["entries"] = OrderedJson::array();
  for (const std::string& bytes : story.entries) json["entries"].push_back(OrderedJson::parse(bytes));
  return json;
}

// Both the mint's result and each hand-over's intent carry it; at most a cancellation or a late answer stands
// after them.
std::optional<TimePoint> end_of_link(store::Store& store, const job::Job& job) {
  if (hand_over_state(job).empty()) return std::nullopt;
  for (std::optional<std::int64_t> seq = job.last_seq; seq;) {
    const auto bytes = store.entry(*seq);
    if (!bytes) return std::nullopt;
    const ledger::Entry entry = ledger::decode(*bytes);
    if (entry.link_expires_at) return entry.link_expires_at;
    seq = entry.prev && *entry.prev < *seq ? entry.prev : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace latchkey::surface

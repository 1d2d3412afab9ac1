#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "job/job.h"
#include "store/store.h"

namespace latchkey::surface {

/// One job, and everything that the ledger has of it.
struct JobStory {
  job::Job job;
  bool pruned = false;                       ///< its row is gone: `job` is what its entries tell of it
  std::vector<std::string> entries;          ///< the stored bytes, oldest first
  std::optional<TimePoint> link_expires_at;  ///< of the link that is in hand; nullopt: none is
};

/// Throws InputError not_found when there was never a job of this requestId.
JobStory find_story(store::Store& store, const std::string& request_id);

/// The job's members, `linkExpiresAt`, `pruned` where it is, and `entries`. `recipient` only when it is to be
/// revealed.
OrderedJson story_json(const JobStory& story, const std::optional<std::string>& recipient = std::nullopt);

/// Until when the link works that waits for this job's customer; nullopt when none does.
std::optional<TimePoint> end_of_link(store::Store& store, const job::Job& job);

}  // namespace latchkey::surface

#include <algorithm>

#include "store/store.h"

namespace latchkey::store {

bool matches(const JobFilter& filter, const job::Job& job) {
  const auto& states = filter.states;
  return (!filter.subject || *filter.subject == job.subject) &&
         (!filter.provider || *filter.provider == job.provider) &&
         (states.empty() || std::find(states.begin(), states.end(), job.standing.state) != states.end()) &&
         (!filter.outcome || filter.outcome == job.outcome) && (!filter.code || filter.code == job.code) &&
         (!filter.batch || *filter.batch == job.batch) &&
         (!filter.created_from || job.created_at >= *filter.created_from) &&
         (!filter.created_to || job.created_at < *filter.created_to);
}

}  // namespace latchkey::store

#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "engine/settings.h"
#include "job/gate.h"
#include "store/store.h"

namespace latchkey::surface {

/// How many jobs are in each state, by provider, as store::Store::count_jobs() has it.
using JobCounts = std::vector<std::pair<std::pair<job::Provider, job::State>, std::int64_t>>;

/// Whether a provider's calls go out.
enum class Opening { Off, Paused, Waiting, Open };
std::string_view name(Opening opening);
Opening opening_of(const job::Gate& gate, bool on, TimePoint now);

/// One provider, as `provider list` and the API show it.
struct ProviderStatus {
  job::Provider provider = job::Provider::Mayar;
  job::Rate rate;
  job::Gate gate;
  Opening opening = Opening::Open;
  JobCounts counts;

  /// How many of its jobs are in this state.
  std::int64_t jobs(job::State state) const;
};

/// Looks a provider's gate up. `counts` may be of other providers, too.
ProviderStatus provider_status(store::Store& store, const engine::ProviderSettings& settings,
                               job::Provider provider, const JobCounts& counts, TimePoint now);

/// As programs read it: always the same members, null where there is nothing to say.
OrderedJson provider_json(const ProviderStatus& status);

}  // namespace latchkey::surface

#pragma once

#include <array>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "job/names.h"
#include "job/rate.h"
#include "job/retry_policy.h"

namespace latchkey::engine {

/// What the engine needs to know of one provider.
struct ProviderSettings {
  bool on = false;
  job::Rate rate;
  Millis link_lifetime{std::chrono::minutes(15)};
  Millis deadline{
      std::chrono::seconds(21)};  ///< a call that has not come back by then is given up as unknown
  bool retry_unknown_once = false;
};

/// What the engine needs to know of the configuration.
struct Settings {
  std::array<ProviderSettings, job::kProviders.size()> providers;
  job::RetryPolicy retry;
  int workers = 64;
  /// The fingerprint keys, newest first: what suppressed recipients are recognised by. Asked only when there
  /// are any, so that most commands need no key file. Throws what reading one throws.
  std::function<const std::vector<Secret>&()> fingerprint_keys;

  const ProviderSettings& of(job::Provider provider) const {
    return providers.at(static_cast<std::size_t>(provider));
  }
  ProviderSettings& of(job::Provider provider) { return providers.at(static_cast<std::size_t>(provider)); }
};

}  // namespace latchkey::engine

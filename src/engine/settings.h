#pragma once

#include <array>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "handover/webhook_event.h"
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

/// Where outcomes are told by webhook.
struct Endpoint {
  std::string name;
  std::vector<handover::EventType> events;
  Millis deadline{std::chrono::seconds(30)};  ///< a post that has not come back by then is tried again
};

/// What the engine needs to know of the configuration.
struct Settings {
  std::array<ProviderSettings, job::kProviders.size()> providers;
  job::RetryPolicy retry;
  int workers = 64;
  bool mails = false;          ///< links can be handed over by email
  bool verify_address = true;  ///< and only to the address that the provider has of the customer
  Millis mail_deadline{
      std::chrono::seconds(40)};  ///< a mail that has not come back by then counts as unknown
  std::vector<Endpoint> webhooks;
  int posters = 8;  ///< posts to webhooks under way at most
  /// The fingerprint keys, newest first: what suppressed recipients are recognised by. Asked only when there
  /// are any, so that most commands need no key file. Throws what reading one throws.
  std::function<const std::vector<Secret>&()> fingerprint_keys;

  /// Calls that an attempt makes: the address of a mailed link is asked for before the mint.
  int calls_of(job::HandOver hand_over) const {
    return hand_over == job::HandOver::Email && verify_address ? 2 : 1;
  }
  const ProviderSettings& of(job::Provider provider) const {
    return providers.at(static_cast<std::size_t>(provider));
  }
  ProviderSettings& of(job::Provider provider) { return providers.at(static_cast<std::size_t>(provider)); }
};

}  // namespace latchkey::engine

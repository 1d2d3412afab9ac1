#include "engine/settings_of.h"

namespace latchkey::engine {
namespace {

// A worker keeps its time limit itself; only one that cannot come back is given up.
constexpr Millis kPatience{1000};
// A mailer also waits for the server's good-bye.
constexpr Millis kMailPatience{3000};
constexpr Millis kPostPatience{5000};

}  // namespace

Settings settings_of(const Config& config) {
  Settings settings;
  for (const job::Provider id : job::kProviders) {
    const ProviderConfig& from = config.provider(id);
    ProviderSettings& to = settings.of(id);
    to.on = from.on;
    to.rate = from.rate;
    to.link_lifetime = from.link_lifetime;
    to.deadline = from.timeout + kPatience;
    to.retry_unknown_once = from.retry_unknown_once;
  }
  settings.retry = config.retry;
  settings.workers = config.workers;
  settings.mails = config.smtp.on;
  settings.verify_address = config.smtp.verify_address;
  settings.mail_deadline = config.smtp.timeout + kMailPatience;
  for (const WebhookConfig& webhook : config.webhooks) {
    settings.webhooks.push_back({webhook.name, webhook.events, webhook.timeout + kPostPatience});
  }
  return settings;
}

}  // namespace latchkey::engine

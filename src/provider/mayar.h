#pragma once

#include <mutex>

#include "base/clock.h"
#include "base/secret.h"
#include "config.h"
#include "provider/provider.h"

namespace latchkey::provider {

/// Mayar mails the customer a login link itself; an answer tells only whether it will.
class Mayar final : public Provider {
 public:
  /// Reads the key file; throws InputError or Error when it is unusable. `clock` must outlive this.
  Mayar(ProviderConfig config, Clock& clock);
  Result call(const Call& call, HttpClient& http) override;
  /// Asks for a customer who cannot exist: any answer but 401 and 403 means that the key is accepted.
  Check check(HttpClient& http) override;
  bool reload_credentials() override;

 private:
  HttpRequest authorized(const std::string& method, const std::string& path);

  const ProviderConfig config_;
  Clock& clock_;
  std::mutex mutex_;
  Secret authorization_;  // protected by mutex_
};

}  // namespace latchkey::provider

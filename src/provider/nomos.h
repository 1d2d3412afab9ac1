#pragma once

#include "base/clock.h"
#include "config.h"
#include "provider/access_token.h"
#include "provider/provider.h"

namespace latchkey::provider {

/// Nomos mints a single-use link and hands it to us.
class Nomos final : public Provider {
 public:
  /// Reads the key files; throws InputError or Error when they are unusable. `clock` must outlive this.
  Nomos(ProviderConfig config, Clock& clock);
  /// A needed access token is fetched first; both requests together keep to the configured timeout.
  Result call(const Call& call, HttpClient& http) override;
  /// Fetches an access token and asks /health. A fixed token cannot be tested without minting, and the text
  /// says so.
  Check check(HttpClient& http) override;
  bool reload_credentials() override { return token_.reload(); }

 private:
  void conclude_answer(Result& result, HttpAnswer& answer) const;

  const ProviderConfig config_;
  Clock& clock_;
  AccessToken token_;
};

}  // namespace latchkey::provider

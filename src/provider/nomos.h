#pragma once

#include "base/clock.h"
#include "config.h"
#include "provider/access_token.h"
#include "provider/nomos_error.h"
#include "provider/provider.h"

namespace latchkey::provider {

/// Nomos mints a single-use link and hands it to us.
class Nomos final : public Provider {
 public:
  /// Reads the key files; throws InputError or Error when they are unusable. `clock` must outlive this.
  Nomos(ProviderConfig config, Clock& clock);
  /// A needed access token is fetched first, then the customer is looked up where an address is expected; all
  /// requests together keep to the configured timeout. A look-up that fails mints nothing and is never
  /// unknown, whatever became of it; another address, or none, is a final address_mismatch.
  Result call(const Call& call, HttpClient& http) override;
  /// Fetches an access token and asks /health. A fixed token cannot be tested without minting, and the text
  /// says so.
  Check check(HttpClient& http) override;
  bool reload_credentials() override { return token_.reload(); }

 private:
  using Token = AccessToken::Obtained;
  HttpRequest request_of(const Call& call, const Token& token, const std::string& method,
                         const std::string& path, Millis most) const;
  /// Accepted when the customer has the expected address.
  Result look_up(const Call& call, const Token& token, Millis left, HttpClient& http);
  Result mint(const Call& call, const Token& token, Millis left, HttpClient& http);
  Result result_of(const HttpAnswer& answer, const Call& call, const Token& token) const;
  void conclude_customer(Result& result, HttpAnswer& answer, const Call& call) const;
  void conclude_link(Result& result, HttpAnswer& answer) const;
  void conclude_error(Result& result, int http, const NomosError& error) const;

  const ProviderConfig config_;
  Clock& clock_;
  AccessToken token_;
};

}  // namespace latchkey::provider

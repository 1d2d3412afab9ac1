#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace latchkey::sandbox {

/// The keys that the providers know at the start. These are the sandbox's own and open nothing else.
struct Keys {
  std::string mayar_key = "sandbox-mayar-key";
  std::string nomos_client = "sandbox-client";
  std::string nomos_secret = "sandbox-secret";
  /// An access token that is good for ever; empty for none.
  std::string nomos_token;
};

/// An access token as POST /oauth/token hands it out.
struct AccessToken {
  std::string access_token;  ///< looks like a JWT
  std::string refresh_token;
  std::string scope;
  int expires_in = 0;  ///< seconds
};

enum class TokenState { Good, ReadOnly, Unknown, Expired };

/// Who may call: Mayar's API key, Nomos' client and the access tokens issued to it. Thread-safe.
class Credentials {
 public:
  Credentials(Keys keys, Millis token_lifetime, Random& random);

  bool mayar_knows(std::string_view key) const;
  bool nomos_knows(std::string_view client, std::string_view secret) const;
  /// `scope` "" asks for all; a scope without `write:` makes a read-only token.
  AccessToken issue(const std::string& scope, TimePoint now);
  TokenState state_of(std::string_view token, TimePoint now) const;

  /// Every access token, the fixed one included, is unknown from now on.
  void revoke_tokens();
  Keys keys() const;
  /// Replaces them; access tokens that were issued stay good.
  void set_keys(Keys keys);

 private:
  struct Issued {
    TimePoint expires_at;
    bool read_only;
  };
  const Millis token_lifetime_;
  Random& random_;
  const std::string signing_key_;
  mutable std::mutex mutex_;
  Keys keys_;
  std::map<std::string, Issued, std::less<>> tokens_;
};

}  // namespace latchkey::sandbox

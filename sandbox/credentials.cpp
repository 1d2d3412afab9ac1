#include "sandbox/credentials.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"

namespace latchkey::sandbox {
namespace {

const char* const kAllScopes = "read:* write:*";

std::int64_t seconds_of(TimePoint t) {
  return to_ms(t) / 1000;
}

}  // namespace

Credentials::Credentials(Keys keys, Millis token_lifetime, Random& random)
    : token_lifetime_(token_lifetime),
      random_(random),
      signing_key_(random.bytes(32)),
      keys_(std::move(keys)) {}

bool Credentials::mayar_knows(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  return !keys_.mayar_key.empty() && key == keys_.mayar_key;
}

bool Credentials::nomos_knows(std::string_view client, std::string_view secret) const {
  const std::lock_guard lock(mutex_);
  return !keys_.nomos_secret.empty() && client == keys_.nomos_client && secret == keys_.nomos_secret;
}

AccessToken Credentials::issue(const std::string& scope, TimePoint now) {
  AccessToken token;
  token.scope = scope.empty() ? kAllScopes : scope;
  token.expires_in = static_cast<int>(std::chrono::floor<std::chrono::seconds>(token_lifetime_).count());
  token.refresh_token = "rt_" + to_hex(random_.bytes(24));
  const TimePoint expires_at = now + token_lifetime_;

  const std::lock_guard lock(mutex_);
  const Json header = {{"alg", "HS256"}, {"typ", "JWT"}};
  const Json claims = {{"sub", keys_.nomos_client},
                       {"scope", token.scope},
                       {"iat", seconds_of(now)},
                       {"exp", seconds_of(expires_at)},
                       {"jti", to_hex(random_.bytes(8))}};
  token.access_token = to_base64url(header.dump()) + "." + to_base64url(claims.dump());
  token.access_token += "." + to_base64url(hmac_sha256(signing_key_, token.access_token));
  tokens_[token.access_token] = {expires_at, token.scope.find("write:") == std::string::npos};
  return token;
}

TokenState Credentials::state_of(std::string_view token, TimePoint now) const {
  const std::lock_guard lock(mutex_);
  if (!keys_.nomos_token.empty() && token == keys_.nomos_token) return TokenState::Good;
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return TokenState::Unknown;
  if (now >= found->second.expires_at) return TokenState::Expired;
  return found->second.read_only ? TokenState::ReadOnly : TokenState::Good;
}

void Credentials::revoke_tokens() {
  const std::lock_guard lock(mutex_);
  tokens_.clear();
  keys_.nomos_token.clear();
}

Keys Credentials::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void Credentials::set_keys(Keys keys) {
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
}

}  // namespace latchkey::sandbox

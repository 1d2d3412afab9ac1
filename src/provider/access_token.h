#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "config.h"
#include "provider/provider.h"

namespace latchkey::provider {

/// Why there is no access token: the part of a Result that says so, the same for everyone who waited.
struct TokenFailure {
  job::Outcome outcome = job::Outcome::NotSent;
  job::Code code = job::Code::TokenFailed;
  std::optional<Millis> wait;
  bool pause = false;
};

/// The access token of Nomos: fetched with the client credentials when it is first needed, kept in memory,
/// fetched again before it ends; or a fixed one from a file. Thread-safe: however many workers need a token,
/// one request goes out, and all of them share what it brings.
class AccessToken {
 public:
  /// Reads the key files; throws InputError or Error when they are unusable. `clock` must outlive this.
  AccessToken(const ProviderConfig& config, Clock& clock);

  struct Obtained {
    std::optional<TokenFailure> failure;  ///< set when there is no token
    Secret authorization;                 ///< "Bearer …"
    std::uint64_t number = 0;             ///< which token it is, counted from 1
  };
  /// The current token, or one that is fetched with `http` now. Comes back by `deadline` (boot time), give or
  /// take the client's own precision; a caller that only waits leaves as soon as `still_fresh` says no.
  Obtained obtain(HttpClient& http, const std::function<bool()>& still_fresh, Millis deadline);

  /// Forgets token `number` unless a newer one took its place already. A fixed token stays.
  void drop(std::uint64_t number);
  /// Reads the key files again and forgets the token when they changed; returns whether they did. Throws like
  /// the constructor and then keeps everything as it was.
  bool reload();
  bool fixed() const { return fixed_; }

 private:
  struct Fetch;
  struct Answered;
  Secret read_credentials() const;
  HttpRequest token_request(Millis timeout) const;
  Answered fetch(HttpClient& http, const HttpRequest& request) const;
  /// nullopt when the credentials changed meanwhile, so that what was fetched is worth nothing.
  std::optional<Obtained> fetch_for_all(std::unique_lock<std::mutex>& lock, HttpClient& http,
                                        Millis deadline);
  Obtained current() const { return {std::nullopt, authorization_.copy(), number_}; }

  const ProviderConfig config_;
  const bool fixed_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_:
  Secret credentials_;                  // "Basic …" to fetch with; "Bearer …" where the token is fixed
  std::uint64_t credentials_read_ = 0;  // how often they changed
  Secret authorization_;                // of the current token, empty without one
  std::uint64_t number_ = 0;            // of the newest token
  Millis renew_at_{0};                  // boot time from which the current one is no longer given out
  std::shared_ptr<Fetch> fetch_;        // the one under way
};

}  // namespace latchkey::provider

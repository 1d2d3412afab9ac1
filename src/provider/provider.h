#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "job/names.h"

namespace latchkey::provider {

/// One attempt, as a provider needs to know it.
struct Call {
  std::string request_id;  ///< sent as X-Request-Id
  std::string address;     ///< the recipient as given
  /// The last look at freshness: asked when the connection stands, before the first byte is written.
  std::function<bool()> still_fresh;
  /// nomos: mint only when GET /customers/{id} shows this address (both normalised); nullopt: do not look.
  std::optional<std::string> expect_email = std::nullopt;
};

/// What one attempt came to, by the table in docs/providers.md.
struct Result {
  job::Outcome outcome = job::Outcome::Unknown;
  std::optional<job::Code> code;                   ///< absent only for a plain accepted
  int http = 0;                                    ///< of the answer that decided; 0: no answer
  Millis took{0};                                  ///< the request and the look-up before it
  std::optional<std::string> provider_request_id;  ///< only when it is an id by charset
  Secret link;                                     ///< nomos, accepted
  std::optional<Millis>
      wait;            ///< the provider's gate stays closed for so long (Retry-After, exhausted limit)
  bool pause = false;  ///< every other job would fail the same way: the provider pauses
  /// Which access token was used, counted from 1; 0 where there is none. Two 401s for one token are one
  /// fault.
  std::uint64_t credential = 0;
};

/// What `provider check` found.
struct Check {
  bool ok = false;
  std::string text;  ///< one sentence, no secret in it
};

/// A service that gives access. Thread-safe: every worker calls the same object with its own HttpClient.
class Provider {
 public:
  virtual ~Provider() = default;
  /// Makes at most one request with an effect for this attempt (a token fetch and a look-up before it change
  /// nothing). Never throws for anything the network or the provider does.
  virtual Result call(const Call& call, HttpClient& http) = 0;
  /// Reachability and credentials, without sending or minting anything.
  virtual Check check(HttpClient& http) = 0;
  /// Reads the key files again; throws InputError or Error and keeps the old ones when they are unusable.
  /// Returns whether anything changed.
  virtual bool reload_credentials() = 0;
};

}  // namespace latchkey::provider

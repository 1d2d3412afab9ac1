#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "config.h"

namespace latchkey::handover {

/// One message of the outbox for one endpoint.
struct Post {
  std::int64_t id = 0;   ///< of its row in the outbox
  std::string endpoint;  ///< its name
  std::string message;   ///< the webhook-id, the same at every try
  std::string body;      ///< JSON, the exact bytes
};

/// What became of one try.
struct PostResult {
  bool delivered = false;      ///< it answered 2xx
  bool gone = false;           ///< it answered 410: never again
  std::optional<Millis> wait;  ///< how long it asks us to stay away
  int http = 0;                ///< its status, 0 where there was none
  std::string error;           ///< one short sentence on why it is not delivered; no secret, no address
  Millis took{0};
};

/// The endpoints that are told of outcomes, in the form of the Standard Webhooks 1.0.0. Thread-safe: each
/// webhook worker calls the same object with its own HttpClient.
class Webhooks {
 public:
  /// Reads the endpoints' secret files. Throws InputError or Error when one of them, or a ca_file, is
  /// unusable. `clock` must outlive this object.
  Webhooks(std::vector<WebhookConfig> endpoints, Clock& clock);

  /// Posts a message once, signed with every secret of its endpoint. What counts is the status: whether the
  /// rest of the answer can be read does not matter. An endpoint that is not configured (any more) is a
  /// failure. Never throws for anything the network or the endpoint does.
  PostResult post(const Post& post, HttpClient& http) const;

  /// Reads the secret files again; throws InputError or Error and keeps the old secrets of all when one of
  /// them is unusable. Returns whether anything changed.
  bool reload();

 private:
  using Secrets = std::shared_ptr<const std::vector<Secret>>;
  struct Endpoint {
    WebhookConfig config;
    Secrets secrets;  // protected by mutex_; what it points to never changes
  };

  std::vector<Endpoint> endpoints_;
  Clock& clock_;
  mutable std::mutex mutex_;
};

}  // namespace latchkey::handover

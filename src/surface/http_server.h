#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "config.h"
#include "engine/inbox.h"
#include "handover/reply_desk.h"

namespace latchkey::surface {

/// The API on loopback: POST /v1/links (mint a link for a customer who waits) and GET /healthz. Requests go
/// to the engine through the inbox; no route touches the database. docs/api.md describes it for callers.
class HttpServer {
 public:
  struct Parts {
    const Config& config;
    engine::Inbox& inbox;
    handover::ReplyDesk& desk;
    Clock& clock;
    Random& random;
  };

  /// Binds the configured address; throws Error when something else has it.
  explicit HttpServer(Parts parts);
  /// Stops: takes no new connection, lets answers under way go out.
  ~HttpServer();

  /// HOST:PORT as it is reached.
  const std::string& address() const;
  /// Serves on threads of its own until this object goes.
  void start();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace latchkey::surface

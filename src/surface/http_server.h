#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config.h"
#include "surface/api.h"

namespace latchkey::surface {

/// Serves routes over HTTP/1.1 on loopback. What a caller gets wrong of HTTP itself is answered here, before
/// any route sees it, and ends the connection: no byte of such a request can become another one. docs/api.md
/// has the limits.
class HttpServer {
 public:
  struct Parts {
    ListenAddress listen;
    std::string setting;  ///< "api.listen", for messages
    int threads = 64;     ///< connections served at once; others wait
    std::vector<ApiRoute> routes;
    /// Finds out whose token this is; throws InputError unauthorized or forbidden. Called on many threads;
    /// for a request without one token, with an empty one.
    std::function<ApiCaller(std::string_view token, const std::string& scope)> authorize;
    Clock& clock;
    /// Told what broke while a request was answered; the caller is not. Called on many threads.
    std::function<void(const std::string&)> log_fault;
  };

  /// Binds the address; throws Error when something else has it.
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

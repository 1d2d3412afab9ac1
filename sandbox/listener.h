#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "sandbox/call.h"
#include "sandbox/connection.h"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace latchkey::sandbox {

/// Where and how to listen.
struct Address {
  std::string host = "127.0.0.1";
  int port = 0;             ///< 0: any free one
  std::string certificate;  ///< PEM file; with `key` the listener speaks HTTPS
  std::string key;
};

/// "127.0.0.1:8431". Throws UsageError unless it is a loopback IPv4 address and a port.
Address parse_address(const std::string& text);

/// An HTTP server on a loopback address with a thread a connection. It listens from construction to
/// destruction, which waits for the calls in progress.
class Listener {
 public:
  /// Called on many threads; the request has been read whole. It may wait. Throwing makes the answer a 500.
  using Handler = std::function<Answer(const Call&, Connection&)>;
  /// Waits between two bytes of an answer that drips; false ends it.
  using Drip = std::function<bool()>;

  /// Throws Error when the address is taken or the certificate cannot be used.
  Listener(const Address& address, int threads, Handler handler, Drip drip);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const { return port_; }
  /// "http://127.0.0.1:8431"
  std::string url() const;
  /// No new calls; those in progress go on.
  void stop();

 private:
  void serve(const httplib::Request& request, httplib::Response& response);
  void write(Answer answer, Connection& connection, httplib::Response& response);

  const Address address_;
  const Handler handler_;
  const Drip drip_;
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace latchkey::sandbox

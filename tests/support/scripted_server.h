#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/certificates.h"

namespace latchkey {

/// What the server does with one request. Made by the functions below; fields may be set on top.
struct Step {
  std::string bytes;               ///< written after the request was read
  std::string endless;             ///< then written again and again, until the client has gone
  bool hold = false;               ///< waits for release() before writing anything
  bool close = false;              ///< closes the connection at the end
  bool close_before_read = false;  ///< closes as soon as the connection stands, without reading the request
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A whole answer; the connection stays open.
Step answer(int status, const std::string& body, const Headers& headers = {});
/// The same, with the connection closed after `bytes` of it.
Step cut_answer(int status, const std::string& body, std::size_t bytes);
/// Reads the request and closes without a word.
Step close_after_request();
/// Closes without reading.
Step close_on_connect();
/// Writes something that is not HTTP.
Step garbage();
/// A 200 whose body never ends.
Step endless_body();
/// A 200 with one header line that never ends.
Step endless_header();
/// A 200 with ever more header lines.
Step endless_headers();
Step redirect(const std::string& to);
/// Reads the request and says nothing until release() or the end.
Step silence();

/// An HTTP/1.1 server on loopback that does exactly what its script says, one step a request in the order of
/// arrival; beyond the script it closes. Speaks TLS when it is given an identity. Stops in its destructor.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Step> script, std::optional<ServerIdentity> identity = std::nullopt);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  /// "http://127.0.0.1:PORT", or https with the name `localhost`.
  std::string url() const;
  void append(Step step);
  /// Lets every held step go on, now and later.
  void release();

  /// The raw requests read so far, headers and body.
  std::vector<std::string> requests() const;
  std::size_t request_count() const { return requests().size(); }
  /// Blocks until so many requests were read.
  void wait_for_requests(std::size_t count);
  std::size_t connection_count() const;
  /// All bytes that clients sent, those of broken requests included.
  std::size_t bytes_received() const;

 private:
  class Connection;
  void accept_connections();
  void serve(Connection& connection);
  /// One request's raw bytes; empty when the client has gone. `spare` keeps what came beyond it.
  std::string read_request(Connection& connection, std::string& spare);
  bool play(Connection& connection, const Step& step);
  Step next_step();

  const bool tls_;
  std::shared_ptr<void> tls_context_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_:
  std::deque<Step> script_;
  std::vector<std::string> requests_;
  std::size_t bytes_received_ = 0;
  bool released_ = false;
  bool stopping_ = false;
  std::list<std::unique_ptr<Connection>> connections_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace latchkey

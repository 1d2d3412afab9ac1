// Raw sockets, because the tests are about what an HTTP library would never do: cut an answer in the middle,
// close after reading, write for ever. One thread accepts, one more serves each connection.

#include "tests/support/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "base/text.h"

namespace latchkey {
namespace {

std::string head(int status, const Headers& headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\n";
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
  return text;
}

void must(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string("scripted server: ") + what);
}

}  // namespace

Step answer(int status, const std::string& body, const Headers& headers) {
  Step step;
  step.bytes = head(status, headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return step;
}

Step cut_answer(int status, const std::string& body, std::size_t bytes) {
  Step step = answer(status, body);
  step.bytes.resize(std::min(bytes, step.bytes.size()));
  step.close = true;
  return step;
}

Step close_after_request() {
  Step step;
  step.close = true;
  return step;
}

Step close_on_connect() {
  Step step;
  step.close_before_read = true;
  return step;
}

Step garbage() {
  Step step;
  step.bytes = "220 mail.example.invalid ESMTP ready\r\n";
  step.close = true;
  return step;
}

Step endless_body() {
  Step step;
  step.bytes = head(200, {{"Content-Type", "application/json"}}) + "\r\n";
  step.endless = std::string(4096, ' ');
  return step;
}

Step endless_header() {
  Step step;
  step.bytes = "HTTP/1.1 200 Scripted\r\nX-Long: ";
  step.endless = std::string(4096, 'x');
  return step;
}

Step endless_headers() {
  Step step;
  step.bytes = "HTTP/1.1 200 Scripted\r\n";
  step.endless = "X-More: of it\r\n";
  return step;
}

Step redirect(const std::string& to) {
  return answer(302, "", {{"Location", to}});
}

Step silence() {
  Step step;
  step.hold = true;
  step.close = true;
  return step;
}

/// One client's socket, plain or TLS.
class ScriptedServer::Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection() {
    SSL_free(tls_);
    close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool shake_hands(SSL_CTX* context) {
    tls_ = SSL_new(context);
    return tls_ && SSL_set_fd(tls_, socket_) == 1 && SSL_accept(tls_) == 1;
  }
  /// 0 or less: the client has gone, or the server stops.
  ssize_t read(char* to, std::size_t room) {
    return tls_ ? SSL_read(tls_, to, static_cast<int>(room)) : recv(socket_, to, room, 0);
  }
  bool write(const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const char* from = bytes.data() + done;
      const std::size_t left = bytes.size() - done;
      const ssize_t count =
          tls_ ? SSL_write(tls_, from, static_cast<int>(left)) : send(socket_, from, left, 0);
      if (count <= 0) return false;
      done += static_cast<std::size_t>(count);
    }
    return true;
  }
  /// Says goodbye as a well-behaved server does; only for the thread that reads and writes.
  void say_goodbye() {
    if (tls_) SSL_shutdown(tls_);
    shut();
  }
  /// Ends the connection in both directions; what waits in read or write comes back. Thread-safe.
  void shut() { shutdown(socket_, SHUT_RDWR); }

 private:
  const int socket_;
  SSL* tls_ = nullptr;
};

ScriptedServer::ScriptedServer(std::vector<Step> script, std::optional<ServerIdentity> identity)
    : tls_(identity.has_value()), script_(script.begin(), script.end()) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to clients that have gone
  if (identity) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    tls_context_.reset(context, [](void* it) { SSL_CTX_free(static_cast<SSL_CTX*>(it)); });
    must(SSL_CTX_use_certificate_chain_file(context, identity->certificate.c_str()) == 1 &&
                SSL_CTX_use_PrivateKey_file(context, identity->key.c_str(), SSL_FILETYPE_PEM) == 1,
            "certificate");
  }
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  must(listener_ >= 0 && bind(listener_, generic, size) == 0 && listen(listener_, 64) == 0 &&
              getsockname(listener_, generic, &size) == 0,
          "socket");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_connections(); });
}

ScriptedServer::~ScriptedServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& connection : connections_) connection->shut();
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);  // wakes accept on Linux
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

std::string ScriptedServer::url() const {
  return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_);
}

void ScriptedServer::append(Step step) {
  std::lock_guard lock(mutex_);
  script_.push_back(std::move(step));
}

void ScriptedServer::release() {
  std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

std::vector<std::string> ScriptedServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

std::size_t ScriptedServer::connection_count() const {
  std::lock_guard lock(mutex_);
  return connections_.size();
}

std::size_t ScriptedServer::bytes_received() const {
  std::lock_guard lock(mutex_);
  return bytes_received_;
}

void ScriptedServer::accept_connections() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    std::lock_guard lock(mutex_);
    if (socket < 0 || stopping_) {
      if (socket >= 0) close(socket);
      return;
    }
    // Connections are kept to the end, closed ones as well: the destructor must never shut a reused
    // descriptor.
    Connection& connection = *connections_.emplace_back(std::make_unique<Connection>(socket));
    threads_.emplace_back([this, &connection] {
      serve(connection);
      connection.say_goodbye();
    });
  }
}

void ScriptedServer::serve(Connection& connection) {
  bool at_once = false;
  {
    std::lock_guard lock(mutex_);
    at_once = !script_.empty() && script_.front().close_before_read;
    if (at_once) script_.pop_front();
  }
  if (at_once || (tls_ && !connection.shake_hands(static_cast<SSL_CTX*>(tls_context_.get())))) return;
  std::string spare;
  while (true) {
    const std::string request = read_request(connection, spare);
    if (request.empty() || !play(connection, next_step())) return;
  }
}

std::string ScriptedServer::read_request(Connection& connection, std::string& spare) {
  std::size_t needed = std::string::npos;
  while (true) {
    const std::size_t end = spare.find("\r\n\r\n");
    if (end != std::string::npos && needed == std::string::npos) {
      const std::string lower = to_lower(spare.substr(0, end));
      const std::size_t length = lower.find("\r\ncontent-length:");
      needed = end + 4 + (length == std::string::npos ? 0 : std::stoul(lower.substr(length + 17)));
    }
    if (spare.size() >= needed) break;
    char buffer[4096];
    const ssize_t count = connection.read(buffer, sizeof buffer);
    if (count <= 0) return {};
    spare.append(buffer, static_cast<std::size_t>(count));
    std::lock_guard lock(mutex_);
    bytes_received_ += static_cast<std::size_t>(count);
  }
  std::string request = spare.substr(0, needed);
  spare.erase(0, needed);
  std::lock_guard lock(mutex_);
  requests_.push_back(request);
  changed_.notify_all();
  return request;
}

Step ScriptedServer::next_step() {
  std::lock_guard lock(mutex_);
  if (script_.empty()) return close_after_request();
  Step step = std::move(script_.front());
  script_.pop_front();
  return step;
}

bool ScriptedServer::play(Connection& connection, const Step& step) {
  if (step.hold) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return released_ || stopping_; });
    if (stopping_) return false;
  }
  if (!connection.write(step.bytes)) return false;
  while (!step.endless.empty()) {
    if (!connection.write(step.endless)) return false;
  }
  return !step.close;
}

}  // namespace latchkey

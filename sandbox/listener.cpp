#include "sandbox/listener.h"

#include <arpa/inet.h>
#include <httplib.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace latchkey::sandbox {
namespace {

constexpr std::size_t kBodyMax = 1024 * 1024;
/// Longer than callers keep an idle connection, so that they never write into one that is being closed.
constexpr int kKeepAliveSeconds = 5;
/// The library listens with a backlog of five: more connections at once would wait a second for their SYN's
/// repeat.
constexpr int kBacklog = 1024;

Call call_of(const httplib::Request& request) {
  Call call{request.method, request.path, {}, {}, request.body};
  for (const auto& [name, value] : request.params) call.params[name] = value;
  for (const auto& [name, value] : request.headers) {
    std::string& joined = call.headers[to_lower(name)];
    joined += joined.empty() ? value : ", " + value;
  }
  return call;
}

std::unique_ptr<httplib::Server> make_server(const Address& address) {
  if (address.certificate.empty()) return std::make_unique<httplib::Server>();
  return std::make_unique<httplib::SSLServer>(address.certificate.c_str(), address.key.c_str());
}

}  // namespace

Address parse_address(const std::string& text) {
  Address address;
  const std::size_t colon = text.rfind(':');
  address.host = text.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  in_addr ip{};
  const bool loopback =
      address.host.starts_with("127.") && inet_pton(AF_INET, address.host.c_str(), &ip) == 1;
  // Whoever knows the control API can do everything here, so it must not be reachable from elsewhere.
  if (!loopback || error != std::errc() || end != port.data() + port.size() || address.port < 0 ||
      address.port > 65535) {
    throw UsageError("expected a loopback address and a port such as 127.0.0.1:8431");
  }
  return address;
}

Listener::Listener(const Address& address, int threads, Handler handler, Drip drip)
    : address_(address), handler_(std::move(handler)), drip_(std::move(drip)), server_(make_server(address)) {
  if (!server_->is_valid()) throw Error("the certificate or its key cannot be used: " + address.certificate);
  socket_t listening = -1;
  server_->set_socket_options([&listening](socket_t socket) {
    // The library's default is SO_REUSEPORT, with which two servers would silently share a port.
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    listening = socket;
  });
  server_->set_tcp_nodelay(true);
  server_->set_keep_alive_timeout(kKeepAliveSeconds);
  server_->set_keep_alive_max_count(1'000'000);
  server_->set_payload_max_length(kBodyMax);
  server_->new_task_queue = [threads] { return new httplib::ThreadPool(static_cast<std::size_t>(threads)); };
  server_->set_exception_handler([](const auto&, httplib::Response& response, std::exception_ptr) {
    response.status = 500;
    response.set_content("sandbox: internal error\n", "text/plain");
  });
  // One pattern for everything: the methods and paths that nobody knows have their answers too.
  const auto all = [this](const httplib::Request& request, httplib::Response& response) {
    serve(request, response);
  };
  server_->Get(".*", all).Post(".*", all).Put(".*", all).Patch(".*", all).Delete(".*", all).Options(".*",
                                                                                                    all);

  if (address_.port != 0) {
    port_ = server_->bind_to_port(address_.host, address_.port) ? address_.port : -1;
  } else {
    port_ = server_->bind_to_any_port(address_.host);
  }
  if (port_ <= 0) throw Error("cannot listen on " + address_.host + ":" + std::to_string(address_.port));
  ::listen(listening, kBacklog);
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  // A stop() that comes before the server's loop runs would be lost.
  while (!server_->is_running()) std::this_thread::yield();
}

Listener::~Listener() {
  stop();
  thread_.join();
}

std::string Listener::url() const {
  return (address_.certificate.empty() ? "http://" : "https://") + address_.host + ":" +
         std::to_string(port_);
}

void Listener::stop() {
  server_->stop();
}

void Listener::serve(const httplib::Request& request, httplib::Response& response) {
  Connection connection(request.remote_addr, request.remote_port, request.local_port);
  write(handler_(call_of(request), connection), connection, response);
}

void Listener::write(Answer answer, Connection& connection, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  if (answer.delivery == Delivery::CutBefore) connection.cut();
  if (answer.delivery == Delivery::Whole || answer.delivery == Delivery::CutBefore) {
    response.set_content(answer.body, answer.type);
    return;
  }
  const bool drips = answer.delivery == Delivery::Drip;
  const std::size_t whole = answer.body.size();
  response.set_content_provider(
      whole, answer.type,
      [this, drips, body = std::move(answer.body)](std::size_t offset, std::size_t, httplib::DataSink& sink) {
        if (drips) return sink.write(body.data() + offset, 1) && drip_();
        sink.write(body.data(), body.size() / 2);
        return false;
      });
}

}  // namespace latchkey::sandbox

// httplib 0.11 serves one connection a thread. Its traps shape this file: it gives a server's port away by
// default (SO_REUSEPORT), reads chunked bodies without a limit unless the handler reads them itself, hands
// over a body that was cut off as if it were whole, runs an unread body as the next request (so each
// connection is good for one), and puts an exception's text into a header.
#include "surface/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <thread>

#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "surface/link_call.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kBodyMax = 64 * 1024;
constexpr std::size_t kThreads = 64;

using httplib::Request;
using httplib::Response;

int status_of(const std::string& code) {
  if (code == "unauthorized") return 401;
  if (code == "forbidden") return 403;
  if (code == "conflict" || code == "request_id_used") return 409;
  if (code == "link_gone") return 410;
  if (code == "body_too_large") return 413;
  if (code == "try_later" || code == "provider_off") return 503;
  if (code == "bad_request") return 400;
  if (code == "not_found") return 404;
  if (code == "method_not_allowed") return 405;
  return 422;
}

void answer_error(Response& res, const InputError& error, const std::string& request_id) {
  OrderedJson body{{"code", error.code()}, {"message", error.what()}};
  if (!request_id.empty()) body["requestId"] = request_id;
  body["docs"] = "docs/api.md#" + error.code();
  OrderedJson list = OrderedJson::array();
  for (const FieldError& field : error.errors()) {
    if (!field.field.empty()) list.push_back({{"field", field.field}, {"message", field.message}});
  }
  body["errors"] = list;
  res.status = status_of(error.code());
  res.set_header("Cache-Control", "no-store");
  res.set_content(body.dump(), "application/json");
}

// The job ended, or the wait did, and there is no link.
void answer_without_link(Response& res, const std::string& request_id, const handover::Reply& reply) {
  const bool timed_out = reply.code == job::Code::CallerGone;
  const std::string code(timed_out ? "wait_ended" : reply.code ? job::name(*reply.code) : "no_link");
  const std::string message =
      timed_out ? "no link was minted within the wait"
                : "no link was minted: " +
                      std::string(reply.code ? job::meaning(*reply.code) : "see the job's entries");
  OrderedJson body{{"code", code},
                   {"message", message},
                   {"requestId", request_id},
                   {"state", std::string(job::name(reply.state))},
                   {"docs", "docs/api.md#no-link"},
                   {"errors", OrderedJson::array()}};
  const bool time_is_up = timed_out || reply.state == job::State::Stale;
  const bool unknown_customer = reply.code == job::Code::CustomerNotFound;
  res.status = time_is_up ? 504 : unknown_customer ? 404 : reply.code == job::Code::Shutdown ? 503 : 502;
  res.set_header("Cache-Control", "no-store");
  res.set_content(body.dump(), "application/json");
}

// The answer is written from locked memory, and the call learns whether the socket took it.
void answer_with_link(Response& res, std::shared_ptr<LinkCall> call, const handover::Reply& reply) {
  OrderedJson body{{"requestId", call->request_id()},
                   {"link", std::string(reply.link.reveal())},
                   {"linkExpiresAt", format_utc(reply.link_expires_at)}};
  std::string text = body.dump();
  auto bytes = std::make_shared<Secret>(text);
  wipe(text);
  wipe(body["link"].get_ref<std::string&>());
  res.status = 200;
  res.set_header("Cache-Control", "no-store");
  res.set_header("Referrer-Policy", "no-referrer");
  res.set_content_provider(
      bytes->size(), "application/json",
      [bytes](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
        return sink.write(bytes->reveal().data() + offset, length);
      },
      [bytes, call](bool success) {
        if (success) call->written();
      });
}

// httplib takes what strtoull makes of a length, and waits for a body that never comes. Whoever stands in
// front of us must not come to another end of the body than we do.
void require_framing(const Request& req) {
  const std::size_t lengths = req.get_header_value_count("Content-Length");
  const std::size_t codings = req.get_header_value_count("Transfer-Encoding");
  const std::string length = req.get_header_value("Content-Length");
  const bool is_number =
      !length.empty() && length.size() < 19 && length.find_first_not_of("0123456789") == std::string::npos;
  const bool is_chunked = to_lower(req.get_header_value("Transfer-Encoding")) == "chunked";
  if (lengths + codings != 1 || (lengths == 1 && !is_number) || (codings == 1 && !is_chunked)) {
    throw InputError("bad_request", "", "expected one Content-Length, or Transfer-Encoding: chunked");
  }
}

std::string read_body(const Request& req, const httplib::ContentReader& reader) {
  require_framing(req);
  std::string body;
  bool fits = true;
  const bool whole = reader([&](const char* data, std::size_t length) {
    fits = body.size() + length <= kBodyMax;
    if (fits) body.append(data, length);
    return fits;
  });
  if (!fits) throw InputError("body_too_large", "", "the body is larger than 64 KiB");
  if (!whole) throw InputError("bad_request", "", "the body ended early or is not as its headers say");
  return body;
}

void answer_no_route(const Request& req, Response& res) {
  if (req.path == "/v1/links" || req.path == "/healthz") {
    answer_error(res, InputError("method_not_allowed", "", "this route does not know that method"), "");
  } else {
    answer_error(res, InputError("not_found", "", "there is no such route"), "");
  }
}

// Reads what a small body holds, so that closing the connection does not take the answer back, and no more
// than that.
void refuse_body(const Request& req, Response& res, const httplib::ContentReader& reader) {
  std::size_t read = 0;
  reader([&](const char*, std::size_t length) { return (read += length) <= kBodyMax; });
  answer_no_route(req, res);
}

Secret bearer_token(const Request& req) {
  const InputError missing("unauthorized", "", "a valid API token is needed");
  if (req.get_header_value_count("Authorization") != 1) throw missing;
  std::string value = req.get_header_value("Authorization");
  if (!starts_with_ignoring_case(value, "Bearer ")) throw missing;
  Secret token(std::string_view(value).substr(7));
  wipe(value);
  return token;
}

}  // namespace

class HttpServer::Server {
 public:
  explicit Server(Parts parts) : parts_(parts) {
    configure();
    const std::string& host = parts_.config.listen_host;
    int port = parts_.config.listen_port;
    const bool bound =
        port == 0 ? (port = server_.bind_to_any_port(host)) > 0 : server_.bind_to_port(host, port);
    if (!bound) {
      throw Error("the API cannot listen on " + host + ":" + std::to_string(parts_.config.listen_port) +
                  ": something else has the port (api.listen in the configuration)");
    }
    address_ = (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  }
  ~Server() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void start() {
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  const std::string& address() const { return address_; }

 private:
  void configure() {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_tcp_nodelay(true);
    server_.set_socket_options([](int socket) {
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    server_.set_keep_alive_max_count(1);
    server_.set_keep_alive_timeout(2);  // also how long a connection may stay silent at first
    server_.set_read_timeout(std::chrono::seconds(5));
    server_.set_write_timeout(std::chrono::seconds(5));
    server_.set_exception_handler([](const Request&, Response& res, std::exception_ptr) {
      res.status = 500;
      res.set_content(R"({"code":"internal","message":"something broke on our side","errors":[]})",
                      "application/json");
    });
    server_.set_error_handler([](const Request& req, Response& res) {
      if (!res.body.empty()) return;
      if (res.status == 404) {
        answer_no_route(req, res);
      } else {
        const int status = res.status;
        answer_error(res, InputError("bad_request", "", "the request could not be read"), "");
        res.status = status;
      }
    });
    server_.Get("/healthz", [](const Request&, Response& res) { res.set_content("ok\n", "text/plain"); });
    server_.Post("/v1/links", [this](const Request& req, Response& res,
                                     const httplib::ContentReader& reader) { links(req, res, reader); });
    server_.Post(".*", refuse_body);
    server_.Put(".*", refuse_body);
    server_.Patch(".*", refuse_body);
    server_.Delete(".*", refuse_body);
  }

  void links(const Request& req, Response& res, const httplib::ContentReader& reader) {
    std::string request_id;
    try {
      const std::string body = read_body(req, reader);
      Secret token = bearer_token(req);
      auto call = std::make_shared<LinkCall>(body, parts_.config, parts_.clock.now().wall, parts_.random);
      request_id = call->request_id();
      const handover::Reply reply = call->mint(std::move(token), parts_.inbox, parts_.desk);
      if (reply.link.empty()) return answer_without_link(res, request_id, reply);
      answer_with_link(res, std::move(call), reply);
    } catch (const InputError& error) {
      answer_error(res, error, request_id);
    }
  }

  Parts parts_;
  httplib::Server server_;
  std::string address_;
  std::thread thread_;
};

HttpServer::HttpServer(Parts parts) : server_(std::make_unique<Server>(parts)) {}
HttpServer::~HttpServer() = default;
const std::string& HttpServer::address() const {
  return server_->address();
}
void HttpServer::start() {
  server_->start();
}

}  // namespace latchkey::surface

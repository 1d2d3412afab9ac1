// httplib 0.11 serves one connection a thread, and has traps that shape this file. It gives a server's port
// away by default (SO_REUSEPORT); lets five connections wait to be accepted and the SYN of the next be lost,
// which comes again after a second; reads chunked bodies without a limit unless the handler reads them
// itself; hands over a body that was cut off as if it were whole; runs an unread body as the next request;
// adds the trailers of a chunked body to the headers; answers a Range or an Accept-Encoding by itself; reads
// on for as long as bytes trickle in. It ends a connection early in one case only: when a content provider
// says that it cannot go on. So an answer after which nothing must come is given out by a provider that
// writes all of it and then says so. Bytes that a caller sends before it has its answer (pipelining) are
// lost to the library's buffer, or the rest of them is no request: nobody is served by them.
#include "surface/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>
#include <typeinfo>

#include "base/polling.h"
#include "base/text.h"
#include "surface/api_error.h"
#include "surface/api_target.h"
#include "surface/http_framing.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kRequestsPerConnection = 1000;
constexpr int kBacklog = 1024;
constexpr int kIdleSeconds = 5;  // also how long a connection may stay silent at first
constexpr std::chrono::seconds kSilence(5);
constexpr Millis kBodyTime{15'000};
// The library matches paths with a regular expression that calls itself for each character.
constexpr std::size_t kPathMost = 512;
// Of a body that nobody wants so much is read and thrown away, so that its sender gets to read the answer.
constexpr std::size_t kDiscardMost = 8 * 1024 * 1024;
constexpr std::size_t kDiscardOfNoRoute = 64 * 1024;

using httplib::ContentReader;
using httplib::Request;
using httplib::Response;

HttpHead head_of(const Request& req) {
  HttpHead head{req.method, req.version, {}};
  for (const auto& [name, value] : req.headers) head.headers.emplace_back(name, value);
  return head;
}

// The one who asks as the header says it; empty unless there is exactly one.
Secret bearer_token(const Request& req) {
  if (req.get_header_value_count("Authorization") != 1) return {};
  std::string value = req.get_header_value("Authorization");
  Secret token(starts_with_ignoring_case(value, "Bearer ") ? std::string_view(value).substr(7) : "");
  wipe(value);
  return token;
}

bool library_closes_after(const Request& req) {
  const std::string connection = req.get_header_value("Connection");
  return connection == "close" || (req.version == "HTTP/1.0" && connection != "Keep-Alive");
}

// The request is the library's own object and not const. What the library would do with these on its own is
// not wanted: cut pieces out of an answer, compress it.
Request& writable(const Request& req) {
  return const_cast<Request&>(req);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

/// An answer on its way out. Whoever waits to hear whether it was written is told when the last one that
/// holds this lets go of it.
struct Outgoing {
  explicit Outgoing(ApiAnswer given) : answer(std::move(given)) {}
  ~Outgoing() {
    if (answer.written) answer.written(whole);
  }
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;
  std::string_view bytes() const {
    return answer.secret.empty() ? std::string_view(answer.body) : answer.secret.reveal();
  }

  ApiAnswer answer;
  bool whole = false;
};

void provide(const Request& req, Response& res, std::shared_ptr<Outgoing> out, bool close) {
  const bool bodiless = req.method == "HEAD";
  // No provider is asked for the body of an answer to HEAD: the connection would stay open.
  if (bodiless) writable(req).method = "GET";
  res.set_content_provider(
      out->bytes().size(), out->answer.content_type,
      [out, close, bodiless](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
        if (bodiless || offset > out->bytes().size()) return false;
        const std::string_view piece = out->bytes().substr(offset, length);
        out->whole = sink.write(piece.data(), piece.size());
        return out->whole && !close;
      });
}

void give_out(const Request& req, Response& res, ApiAnswer answer, bool close) {
  writable(req).ranges.clear();
  writable(req).headers.erase("Accept-Encoding");
  res.status = answer.status;
  res.set_header("Cache-Control", "no-store");
  for (const auto& [name, value] : answer.headers) res.set_header(name, value);
  if (close) res.set_header("Connection", "close");
  const bool early = close && !library_closes_after(req);
  if (early && answer.secret.empty() && answer.body.empty())
    answer.body = "\n";  // a provider of nothing is none
  if (!early && answer.secret.empty() && !answer.written) {
    res.set_content(answer.body, answer.content_type);
  } else {
    provide(req, res, std::make_shared<Outgoing>(std::move(answer)), early);
  }
}

// What the library has added to the headers of an answer on its own.
void tidy_headers(const Request&, Response& res) {
  res.headers.erase("Accept-Ranges");
  if (!res.has_header("Connection")) return;
  res.headers.erase("Connection");
  res.headers.erase("Keep-Alive");
  res.set_header("Connection", "close");
}

// The library has turned a request away that no handler of ours has seen; how much of it was read is unknown.
void give_out_refusal(const Request& req, Response& res) {
  if (res.has_header("Cache-Control")) return;  // it is ours
  const InputError error =
      res.status == 414   ? InputError("uri_too_long", "", "the request's target is too long")
      : res.status == 500 ? InputError("try_later", "", "too many connections are open")
                          : InputError("bad_request", "", "the request could not be read");
  give_out(req, res, error_answer(error, ""), true);
}

/// What was read of a request's body.
struct Body {
  std::string bytes;
  bool whole = false;  ///< to its end
  bool fits = true;
  bool in_time = true;
};

/// The threads, each of which serves one connection to its end, and how many connections there are.
class Threads final : public httplib::TaskQueue {
 public:
  Threads(int count, std::atomic<int>& connections)
      : pool_(static_cast<std::size_t>(count)), connections_(connections) {}
  // Returns nothing in 0.11, bool in later versions.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(nullptr));
  Enqueued enqueue(std::function<void()> serve) override {
    ++connections_;
    pool_.enqueue([this, serve = std::move(serve)] {
      serve();
      --connections_;
    });
    return static_cast<Enqueued>(true);
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  httplib::ThreadPool pool_;
  std::atomic<int>& connections_;
};

}  // namespace

class HttpServer::Server {
 public:
  explicit Server(Parts parts) : parts_(std::move(parts)), routes_(std::move(parts_.routes)) {
    configure();
    const auto& [host, wanted] = parts_.listen;
    int port = wanted;
    const bool bound =
        port == 0 ? (port = server_.bind_to_any_port(host)) > 0 : server_.bind_to_port(host, port);
    if (!bound) {
      throw Error("the API cannot listen on " + host + ":" + std::to_string(wanted) +
                  ": something else has the port (" + parts_.setting + " in the configuration)");
    }
    ::listen(socket_, kBacklog);
    address_ = (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  }
  ~Server() {
    if (!thread_.joinable()) return;
    // Before it runs it cannot be stopped.
    poll_until(parts_.clock, Millis(60'000), [this] { return server_.is_running() || ended_; });
    server_.stop();
    thread_.join();
  }

  void start() {
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
  }
  const std::string& address() const { return address_; }

 private:
  void configure() {
    server_.new_task_queue = [this] { return new Threads(parts_.threads, connections_); };
    server_.set_tcp_nodelay(true);
    server_.set_socket_options([this](int socket) {
      socket_ = socket;
      const int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    server_.set_keep_alive_max_count(kRequestsPerConnection);
    server_.set_keep_alive_timeout(kIdleSeconds);
    server_.set_read_timeout(kSilence);
    server_.set_write_timeout(kSilence);
    // Ours never throw; an exception of the library's own must not become a header.
    server_.set_exception_handler([](const Request& req, Response& res, std::exception_ptr) {
      give_out(req, res, internal_answer(""), true);
    });
    server_.set_error_handler(give_out_refusal);
    server_.set_post_routing_handler(tidy_headers);
    using Handled = httplib::Server::HandlerResponse;
    server_.set_pre_routing_handler([this](const Request& req, Response& res) {
      if (can_read_body(req)) return Handled::Unhandled;
      serve(req, res, nullptr);
      return Handled::Handled;
    });
    const auto with_body = [this](const Request& req, Response& res, const ContentReader& reader) {
      serve(req, res, &reader);
    };
    server_.Post(".*", with_body);
    server_.Put(".*", with_body);
    server_.Patch(".*", with_body);
    server_.Delete(".*", with_body);
  }

  // A path that a route of ours may have, and that the library's expression above can take.
  static bool is_plain(const std::string& path) {
    return path.size() <= kPathMost && !unprintable_part(path);
  }

  // Whether the handlers above will be found for it. For any other the library would read the body by itself,
  // whatever its size.
  static bool can_read_body(const Request& req) {
    return (req.method == "POST" || req.method == "PUT" || req.method == "PATCH" || req.method == "DELETE") &&
           is_plain(req.path);
  }

  void serve(const Request& req, Response& res, const ContentReader* reader) {
    const Framing framing = framing_of(head_of(req));
    bool is_at_end = !framing.has_body;
    ApiRequest request;
    ApiAnswer answer = answered(request, [&] { return handle(req, request, framing, reader, is_at_end); });
    // While somebody else waits for a thread this one is given up; its caller may come again.
    const bool close = !framing.may_stay_open || !is_at_end || connections_ > parts_.threads;
    give_out(req, res, std::move(answer), close);
  }

  template <typename Work>
  ApiAnswer answered(ApiRequest& request, Work work) {
    try {
      return work();
    } catch (const InputError& error) {
      return error_answer(error, request.request_id);
    } catch (const Error& error) {
      // A sentence of ours about this machine: it holds nothing that the caller gave.
      parts_.log_fault(std::string("a request could not be answered: ") + error.what());
    } catch (const std::exception& error) {
      parts_.log_fault(std::string("a request could not be answered: ") + typeid(error).name());
    }
    return internal_answer(request.request_id);
  }

  ApiAnswer handle(const Request& req, ApiRequest& request, const Framing& framing,
                   const ContentReader* reader, bool& is_at_end) {
    const std::string_view target(req.target);
    const std::string_view path = target.substr(0, target.find('?'));
    if (!is_plain(req.path)) {
      is_at_end = false;  // whoever sends such a path has more of the kind
      return no_route("");
    }
    ApiRoutes::Found found = routes_.find(req.method, path);
    if (found.route == nullptr) {
      if (!framing.refusal) read_body(req, framing, reader, 0, kDiscardOfNoRoute, is_at_end);
      return no_route(found.allowed);
    }
    if (framing.refusal) throw *framing.refusal;
    const ApiRoute& route = *found.route;
    // Looked up before the body is read, so that nobody makes us keep one, and answered afterwards.
    const std::optional<InputError> denied = identify(req, route, request.caller);
    const bool wanted = !denied && is_json(req.get_header_value("Content-Type"));
    Body body = read_body(req, framing, reader, wanted ? route.body_max : 0, kDiscardMost, is_at_end);
    if (denied) throw *denied;
    if (wanted && !body.fits) is_at_end = false;
    if (!wanted && framing.has_body) {
      throw InputError("unsupported_media_type", "", "expected Content-Type: application/json");
    }
    require_whole(body, route.body_max);
    request.method = req.method;
    request.path = path;
    request.words = std::move(found.words);
    request.body = std::move(body.bytes);
    if (path.size() < target.size()) request.query = parse_query(target.substr(path.size() + 1));
    return route.handle(request);
  }

  static ApiAnswer no_route(const std::string& allowed) {
    if (allowed.empty()) return error_answer(InputError("not_found", "", "there is no such route"), "");
    ApiAnswer answer =
        error_answer(InputError("method_not_allowed", "", "this route does not know that method"), "");
    answer.headers.emplace_back("Allow", allowed);
    return answer;
  }

  std::optional<InputError> identify(const Request& req, const ApiRoute& route, ApiCaller& caller) {
    if (!route.scope) return std::nullopt;
    try {
      caller = parts_.authorize(bearer_token(req).reveal(), *route.scope);
      return std::nullopt;
    } catch (const InputError& error) {
      return error;
    }
  }

  // Reads the body to its end, keeping at most `most` bytes; one that is longer than `discard` is not read.
  Body read_body(const Request& req, const Framing& framing, const ContentReader* reader, std::size_t most,
                 std::size_t discard, bool& is_at_end) {
    Body body;
    body.whole = is_at_end;
    if (is_at_end) return body;
    const std::uint64_t length = framing.length.value_or(0);
    body.fits = framing.chunked || length <= most;
    const bool is_multipart = to_lower(req.get_header_value("Content-Type")).find("multipart") == 0;
    // The library would take a multipart body apart.
    if (reader == nullptr || is_multipart || length > discard) return body;
    // What is too long and does not say how long is read no further; what is unwanted, a little.
    if (framing.chunked) discard = most == 0 ? kDiscardOfNoRoute : 0;
    const Millis ends = parts_.clock.now().boot + kBodyTime;
    std::size_t read = 0;
    body.whole = (*reader)([&](const char* data, std::size_t size) {
      read += size;
      body.in_time = parts_.clock.now().boot < ends;
      if (read <= most) {
        body.bytes.append(data, size);
      } else {
        body.fits = false;
        body.bytes.clear();
      }
      return body.in_time && (body.fits || read <= discard);
    });
    is_at_end = body.whole;
    return body;
  }

  static void require_whole(const Body& body, std::size_t most) {
    if (!body.fits) {
      throw InputError("body_too_large", "",
                       "the body is larger than " + std::to_string(most / 1024) + " KiB");
    }
    if (!body.in_time) {
      throw InputError("bad_request", "", "the body came too slowly");
    }
    if (!body.whole) {
      throw InputError("bad_request", "", "the body ended early or is not as its headers say");
    }
  }

  Parts parts_;
  const ApiRoutes routes_;
  std::atomic<int> connections_{0};
  std::atomic<bool> ended_{false};
  int socket_ = -1;
  httplib::Server server_;
  std::string address_;
  std::thread thread_;
};

HttpServer::HttpServer(Parts parts) : server_(std::make_unique<Server>(std::move(parts))) {}
HttpServer::~HttpServer() = default;
const std::string& HttpServer::address() const {
  return server_->address();
}
void HttpServer::start() {
  server_->start();
}

}  // namespace latchkey::surface

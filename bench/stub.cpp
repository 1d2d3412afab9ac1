// A provider for measuring: answers every send as Mayar's portal-login does when it has mailed the link, and
// so fast that it is nobody's limit (one thread, epoll, nothing looked at that it does not need). It is no
// sandbox: keys, limits and wrong requests do not interest it.
//
//     stub_provider [PORT]          listens on loopback; 0, or none: any port. Its first line says which.
//
//     POST /control/reset?latency=MS   forgets what it has counted; from now on it answers after so long
//     GET  /control/counts             {"sends", "answered", "repeated", "inFlightMost", "firstNs", "lastNs"}
//     GET  /control/delays             of each send the nanoseconds from the time in its address to its
//     arrival
//
// Times are CLOCK_MONOTONIC, the same for every process of the machine. Of an address "uNUMBER.NANOSECONDS@…"
// it reads which job that is, to see one that comes again, and when it was asked for; both may be missing.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace latchkey::bench {
namespace {

using Nanos = std::chrono::nanoseconds;

constexpr std::string_view kSend = "POST /hl/v2/customers/portal-login ";
constexpr std::string_view kSent =
    R"({"statusCode":200,"messages":"success","data":{"url":"Sudah kami kirim ke email anda"}})";
constexpr std::string_view kUnknown = R"({"statusCode":404,"messages":"not found"})";
constexpr std::size_t kHeadMost = 64 * 1024;
constexpr std::size_t kBodyMost = 1024 * 1024;
constexpr std::size_t kReadAtOnce = 256 * 1024;
constexpr std::size_t kDelaysMost = 1'000'000;
constexpr std::int64_t kNumbersMost = 100'000'000;
constexpr int kEventsAtOnce = 256;

Nanos monotonic() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

[[noreturn]] void fail(const std::string& what) {
  throw Error(what + ": " + std::strerror(errno));
}

void must(bool worked, const char* what) {
  if (!worked) fail(what);
}

std::string answer(std::string_view status, std::string_view body) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\nContent-Type: application/json\r\nContent-Length: ");
  text.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return text;
}

/// The digits after `before`, taken off the front of `text`.
std::optional<std::int64_t> number_after(std::string_view& text, std::string_view before) {
  if (!text.starts_with(before)) return std::nullopt;
  std::int64_t number = 0;
  const char* begin = text.data() + before.size();
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// A request whose bytes have all come. It points into the bytes that were read.
struct Request {
  std::string_view head, body;
  std::size_t size = 0;
};

enum class Reading { Whole, NotYet, Broken };

/// The first request in `bytes`.
Reading read_request(std::string_view bytes, Request& request) {
  constexpr std::string_view kLength = "content-length:";
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return bytes.size() > kHeadMost ? Reading::Broken : Reading::NotYet;
  request.head = bytes.substr(0, end);
  std::size_t length = 0;
  for (std::size_t at = request.head.find("\r\n"); at != std::string_view::npos;
       at = request.head.find("\r\n", at + 2)) {
    const std::string_view line = request.head.substr(at + 2);
    // A length that is not said, as with chunks, cannot be known to whoever does not read them.
    if (starts_with_ignoring_case(line, "transfer-encoding:")) return Reading::Broken;
    if (!starts_with_ignoring_case(line, kLength)) continue;
    const std::string_view value = trim(line.substr(kLength.size(), line.find("\r\n") - kLength.size()));
    const auto [rest, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error != std::errc() || rest != value.data() + value.size() || length > kBodyMost) {
      return Reading::Broken;
    }
  }
  request.size = end + 4 + length;
  if (bytes.size() < request.size) return Reading::NotYet;
  request.body = bytes.substr(end + 4, length);
  return Reading::Whole;
}

/// What came in since the last reset.
struct Counts {
  std::int64_t sends = 0, answered = 0, repeated = 0, in_flight_most = 0;
  Nanos first{0}, last{0};
  std::vector<bool> seen;
  std::vector<std::int64_t> delays;
};

struct Connection {
  /// An answer that is not out yet. Those of one connection leave in the order of their requests.
  struct Waiting {
    Nanos due;
    bool of_send;
    std::string text;
  };
  int socket = -1;
  std::string in, out;
  bool full = false;  // the socket takes no more for now
  std::deque<Waiting> waiting;

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket); }
};

class Stub {
 public:
  explicit Stub(std::uint16_t port) {
    must(epoll_ >= 0 && listener_ >= 0, "socket");
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    must(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
    must(listen(listener_, SOMAXCONN) == 0, "listen");
    must(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    watch(EPOLL_CTL_ADD, listener_, kListener, EPOLLIN);
  }
  std::uint16_t port() const { return port_; }

  [[noreturn]] void serve() {
    std::vector<epoll_event> events(kEventsAtOnce);
    for (;;) {
      const int count = wait(events);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == kListener) {
          accept_all();
        } else {
          on_event(event.data.u64, event.events);
        }
      }
      answer_due();
    }
  }

 private:
  static constexpr std::uint64_t kListener = 0;

  void watch(int operation, int socket, std::uint64_t id, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    must(epoll_ctl(epoll_, operation, socket, &event) == 0, "epoll_ctl");
  }

  // Until something comes or an answer is due: to the nanosecond, as epoll_wait's milliseconds are too coarse
  // for a provider that answers 2,000 times a second.
  int wait(std::vector<epoll_event>& events) {
    timespec timeout{};
    if (!due_.empty()) {
      const Nanos left = std::max(Nanos(0), due_.top().first - monotonic());
      timeout.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
      timeout.tv_nsec = (left % std::chrono::seconds(1)).count();
    }
    const int count =
        epoll_pwait2(epoll_, events.data(), kEventsAtOnce, due_.empty() ? nullptr : &timeout, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    return std::max(count, 0);
  }

  void accept_all() {
    for (;;) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) return;
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto connection = std::make_unique<Connection>();
      connection->socket = socket;
      connections_.emplace(++last_id_, std::move(connection));
      watch(EPOLL_CTL_ADD, socket, last_id_, EPOLLIN);
    }
  }

  void drop(std::uint64_t id) {
    const auto found = connections_.find(id);
    for (const auto& waiting : found->second->waiting) in_flight_ -= waiting.of_send ? 1 : 0;
    connections_.erase(found);
  }

  void on_event(std::uint64_t id, std::uint32_t events) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    Connection& connection = *found->second;
    bool lives = (events & (EPOLLERR | EPOLLHUP)) == 0;
    if (lives && (events & EPOLLIN) != 0) lives = read(id, connection);
    if (lives) lives = write(id, connection);
    if (!lives) drop(id);
  }

  bool read(std::uint64_t id, Connection& connection) {
    const ssize_t count = recv(connection.socket, buffer_.data(), buffer_.size(), 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    connection.in.append(buffer_.data(), static_cast<std::size_t>(count));
    std::size_t taken = 0;
    Request request;
    Reading reading = Reading::NotYet;
    while ((reading = read_request(std::string_view(connection.in).substr(taken), request)) ==
           Reading::Whole) {
      take(id, connection, request);
      taken += request.size;
    }
    connection.in.erase(0, taken);
    return reading != Reading::Broken;
  }

  void take(std::uint64_t id, Connection& connection, const Request& request) {
    const Nanos now = monotonic();
    const bool of_send = request.head.starts_with(kSend);
    if (of_send) count(request.body, now);
    // What came before on this connection is answered before, whatever the latency was then.
    const Nanos before = connection.waiting.empty() ? now : connection.waiting.back().due;
    const Nanos due = std::max(before, of_send ? now + latency_ : now);
    if (due <= now && connection.waiting.empty()) {
      connection.out += of_send ? sent_ : control(request.head);
      if (of_send) ++counts_.answered, --in_flight_;
      return;
    }
    connection.waiting.push_back({due, of_send, of_send ? sent_ : control(request.head)});
    due_.emplace(due, id);
  }

  void count(std::string_view body, Nanos now) {
    if (counts_.sends++ == 0) counts_.first = now;
    counts_.last = now;
    counts_.in_flight_most = std::max(counts_.in_flight_most, ++in_flight_);
    constexpr std::string_view kEmail = "\"email\":\"";
    const std::size_t at = body.find(kEmail);
    if (at == std::string_view::npos) return;
    std::string_view email = body.substr(at + kEmail.size());
    const auto number = number_after(email, "u");
    if (!number || *number < 0 || *number >= kNumbersMost) return;
    const auto index = static_cast<std::size_t>(*number);
    if (counts_.seen.size() <= index) counts_.seen.resize(index + index / 2 + 1);
    counts_.repeated += counts_.seen[index] ? 1 : 0;
    counts_.seen[index] = true;
    const auto asked = number_after(email, ".");
    if (asked && *asked > 0 && counts_.delays.size() < kDelaysMost) {
      counts_.delays.push_back(now.count() - *asked);
    }
  }

  std::string control(std::string_view head) {
    if (head.starts_with("POST /control/reset")) {
      std::string_view rest = head.substr(std::strlen("POST /control/reset"));
      if (const auto latency = number_after(rest, "?latency="))
        latency_ = std::chrono::milliseconds(*latency);
      counts_ = Counts();
      counts_.in_flight_most = in_flight_;
      return answer("200 OK", "{}");
    }
    if (head.starts_with("GET /control/counts ")) {
      const OrderedJson counts{{"sends", counts_.sends},           {"answered", counts_.answered},
                               {"repeated", counts_.repeated},     {"inFlightMost", counts_.in_flight_most},
                               {"firstNs", counts_.first.count()}, {"lastNs", counts_.last.count()}};
      return answer("200 OK", counts.dump());
    }
    if (head.starts_with("GET /control/delays ")) {
      return answer("200 OK", OrderedJson(counts_.delays).dump());
    }
    return answer("404 Not Found", kUnknown);
  }

  void answer_due() {
    const Nanos now = monotonic();
    while (!due_.empty() && due_.top().first <= now) {
      const std::uint64_t id = due_.top().second;
      due_.pop();
      const auto found = connections_.find(id);
      if (found == connections_.end()) continue;
      Connection& connection = *found->second;
      connection.out += connection.waiting.front().text;
      if (connection.waiting.front().of_send) ++counts_.answered, --in_flight_;
      connection.waiting.pop_front();
      if (!write(id, connection)) drop(id);
    }
  }

  // False: nobody reads it any more.
  bool write(std::uint64_t id, Connection& connection) const {
    if (connection.out.empty()) return true;
    const ssize_t count = send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) return false;
    connection.out.erase(0, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    // Rare: of the long list of delays alone is there ever more than a socket takes.
    if (connection.out.empty() == connection.full) {
      connection.full = !connection.full;
      watch(EPOLL_CTL_MOD, connection.socket, id, connection.full ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
    return true;
  }

  // The earliest first; connections by number, since one may be gone by then and its socket be another's.
  using Due = std::pair<Nanos, std::uint64_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::uint64_t last_id_ = kListener;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  Nanos latency_{0};
  std::int64_t in_flight_ = 0;
  Counts counts_;
  const std::string sent_ = answer("200 OK", kSent);
  std::string buffer_ = std::string(kReadAtOnce, '\0');
};

}  // namespace
}  // namespace latchkey::bench

int main(int argc, char** argv) {
  try {
    const auto port = argc > 1 ? latchkey::whole_number(argv[1]) : 0;
    if (argc > 2 || !port || *port > 65535) throw latchkey::UsageError("stub_provider [PORT]");
    latchkey::bench::Stub stub(static_cast<std::uint16_t>(*port));
    std::printf("stub_provider http://127.0.0.1:%d\n", stub.port());
    std::fflush(stdout);
    stub.serve();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stub_provider: %s\n", error.what());
    return 1;
  }
}

#include "sandbox/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <charconv>
#include <filesystem>
#include <system_error>

namespace latchkey::sandbox {
namespace {

using EndOf = int (*)(int, sockaddr*, socklen_t*);

/// One end of the socket, as "address port"; empty when the descriptor is no connected IPv4 socket.
std::string end_of(int descriptor, EndOf ask) {
  sockaddr_in end{};
  socklen_t size = sizeof end;
  if (ask(descriptor, reinterpret_cast<sockaddr*>(&end), &size) != 0 || end.sin_family != AF_INET) return "";
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &end.sin_addr, text, sizeof text);
  return std::string(text) + " " + std::to_string(ntohs(end.sin_port));
}

}  // namespace

Connection::Connection(const std::string& peer_address, int peer_port, int local_port)
    : peer_(peer_address + " " + std::to_string(peer_port)), local_port_(" " + std::to_string(local_port)) {}

bool Connection::peer_gone() {
  pollfd watched{descriptor(), POLLRDHUP, 0};
  return watched.fd < 0 || ::poll(&watched, 1, 0) > 0;
}

void Connection::cut() {
  if (descriptor() >= 0) ::shutdown(descriptor(), SHUT_RDWR);
}

int Connection::descriptor() {
  if (descriptor_ >= 0) return descriptor_;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const std::string name = entry.path().filename();
    int candidate = -1;
    std::from_chars(name.data(), name.data() + name.size(), candidate);
    if (end_of(candidate, ::getpeername) != peer_) continue;
    if (end_of(candidate, ::getsockname).ends_with(local_port_)) return descriptor_ = candidate;
  }
  return -1;
}

}  // namespace latchkey::sandbox

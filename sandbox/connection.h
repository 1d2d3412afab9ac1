#pragma once

#include <string>

namespace latchkey::sandbox {

/// The TCP connection of a call in progress. The HTTP library shows a handler the connection's two ends but
/// not its descriptor, and writes an answer's headers whatever the handler does; so this finds the descriptor
/// among the process' own by its two ends. It stays valid while the handler that owns the connection runs.
class Connection {
 public:
  /// The ends of an IPv4 connection; it is looked for when it is first needed.
  Connection(const std::string& peer_address, int peer_port, int local_port);
  /// True when the peer has closed or reset it, or it cannot be found.
  bool peer_gone();
  /// Closes both directions at once: nothing written from now on reaches the peer.
  void cut();

 private:
  int descriptor();

  const std::string peer_;
  const std::string local_port_;
  int descriptor_ = -1;
};

}  // namespace latchkey::sandbox

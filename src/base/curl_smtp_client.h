#pragma once

#include <atomic>
#include <string>

#include "base/smtp_client.h"

namespace latchkey {

/// SmtpClient over libcurl. Each message has a handle and a connection of its own, both gone when send()
/// returns: so no connection is reused that a peer may have closed, and libcurl's buffers, which hold the
/// message, are wiped at once.
class CurlSmtpClient final : public SmtpClient {
 public:
  /// Throws InputError for a server that is neither encrypted nor on loopback, and for a host name that is
  /// none; Error when its ca_file cannot be read.
  explicit CurlSmtpClient(SmtpServer server);
  /// Throws InputError for an envelope address that could be more than one address or command: nothing is
  /// sent then. After the server has taken or refused the message its good-bye is waited for a second at
  /// most.
  SmtpAnswer send(const SmtpMessage& message) override;
  /// Takes effect within a second.
  void abort() override { aborted_ = true; }

 private:
  const SmtpServer server_;
  std::atomic<bool> aborted_{false};
};

}  // namespace latchkey

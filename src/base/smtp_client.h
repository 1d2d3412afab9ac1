#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace latchkey {

/// How the connection to a mail server is kept from others' eyes.
enum class SmtpSecurity {
  StartTls,  ///< begins in the open and is encrypted before anything is said
  Tls,       ///< encrypted from the first byte
  None       ///< not at all: loopback only
};

/// The server that takes our mail.
struct SmtpServer {
  std::string host;  ///< a name or an address; IPv6 in brackets
  int port = 587;
  SmtpSecurity security = SmtpSecurity::StartTls;
  std::string ca_file;  ///< PEM to trust instead of the system's; empty for the system's
  std::string hello;    ///< what this machine calls itself in EHLO, a full host name (RFC 5321, 4.1.1.1)
};

/// One message for one recipient, whole.
struct SmtpMessage {
  std::string from;      ///< the envelope's sender: an ASCII address without angle brackets
  std::string to;        ///< the envelope's recipient, likewise; empty: log in, send nothing and leave
  Secret text;           ///< as RFC 5322 has it: ASCII, lines end with CR LF, dots are not doubled
  std::string username;  ///< empty: no login
  Secret password;       ///< goes only to a server that offers PLAIN or LOGIN
  Millis connect_timeout{15000};  ///< until the server is ready for the message: DNS, TCP, TLS and login
  Millis timeout{30000};          ///< the whole delivery
};

/// Why a message was not taken.
enum class SmtpFailure {
  Dns,        ///< the name does not resolve
  Connect,    ///< no connection
  Tls,        ///< no encryption to be had: handshake, certificate, no STARTTLS
  Session,    ///< the server turns everybody away (greeting, EHLO)
  Login,      ///< it does not take user name and password, or offers no login
  Sender,     ///< it refuses the envelope's sender
  Refused,    ///< it refuses this recipient or this message; `reply` says for how long
  Aborted,    ///< abort() was called
  Timeout,    ///< connect or whole-delivery time is up
  Reset,      ///< the peer closed or reset
  BadAnswer,  ///< not SMTP
};

/// What came of one message.
struct SmtpAnswer {
  /// Unset: the server took the message (or the login).
  std::optional<SmtpFailure> failure;
  int reply = 0;  ///< the last reply's code, 0 for none
  /// Whether all of the message was written, so that the dot behind it may have left. With a failure other
  /// than `Refused` nobody knows then whether the server took it.
  bool body_ended = false;
  Millis took{0};
};

/// Puts a message on the wire at most once: a connection of its own, no silent re-sending, no proxy, TLS with
/// certificate checks (none only to loopback hosts). Failures are values; nothing throws but bad
/// configuration. Thread rule: one client belongs to one thread; abort() may come from any.
class SmtpClient {
 public:
  virtual ~SmtpClient() = default;
  virtual SmtpAnswer send(const SmtpMessage& message) = 0;
  /// Ends the delivery under way and refuses later ones; for a stop that cannot wait.
  virtual void abort() = 0;
};

}  // namespace latchkey

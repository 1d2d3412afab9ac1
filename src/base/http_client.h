#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace latchkey {

/// Which addresses a call may connect to.
enum class Reach {
  Anywhere,
  PublicOnly  ///< none of this machine, of a private network or of a cloud's metadata: is_public_address()
};

/// One call to somebody else's HTTP server.
struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Value of the Authorization header ("Bearer …", "Basic …"), empty for none. Apart from `headers` so that
  /// it stays in locked memory until it is written.
  Secret authorization;
  std::string body;
  /// With PublicOnly every address that the host's name resolves to is looked at when it is about to be
  /// connected to, so that no name server can lead the call elsewhere.
  Reach reach = Reach::Anywhere;
  /// PEM bundle to trust for this call, in the place of the client's; empty for the client's.
  std::string ca_file;
  Millis connect_timeout{5000};  ///< DNS, TCP and TLS together
  Millis stall_timeout{15000};   ///< longest silence while writing or reading
  Millis timeout{20000};         ///< the whole call
  /// Asked once, when the connection stands and before the first byte of the request is written. False:
  /// nothing is written and the failure is `Refused`.
  std::function<bool()> may_write;
};

/// Why there is no complete answer.
enum class HttpFailure {
  Dns,        ///< the name does not resolve
  Connect,    ///< no connection
  NotPublic,  ///< its addresses are not for `reach`
  Tls,        ///< handshake or certificate
  Refused,    ///< may_write said no
  Aborted,    ///< abort() was called
  Timeout,    ///< connect, stall or whole-call time is up
  Reset,      ///< the peer closed or reset
  BadAnswer   ///< not HTTP, or an answer above the cap
};

/// What came of one call.
struct HttpAnswer {
  /// Set when there is no complete answer. What `written` says decides between not sent and unknown.
  std::optional<HttpFailure> failure;
  /// True as soon as the first byte of the request may have left this machine.
  bool written = false;
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  Millis took{0};

  /// First header of that lower-case name.
  std::optional<std::string> header(const std::string& name) const;
};

/// Puts a request on the wire at most once: no redirects, no silent re-sending, no proxy, HTTPS with
/// certificate checks (plain HTTP only to loopback hosts). Failures are values; nothing throws but bad
/// configuration. Thread rule: one client belongs to one thread; abort() may come from any.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual HttpAnswer send(const HttpRequest& request) = 0;
  /// Ends the call in flight and refuses later ones; for a stop that cannot wait.
  virtual void abort() = 0;
};

/// Throws InputError unless `url` is https, or http to a loopback host; no user, query or fragment.
void require_safe_base_url(const std::string& url, const std::string& field);

}  // namespace latchkey

#pragma once

#include <optional>
#include <string>

namespace latchkey {

/// The parts of an absolute http or https URL that say where it leads. Path and query are left out: in a link
/// they are the credential.
struct Url {
  std::string scheme;  ///< "http" or "https"
  std::string user;    ///< user and password, empty for none
  std::string host;    ///< lower case; IPv6 in brackets; odd spellings of an IPv4 address made plain
  int port = 0;        ///< 0 where none is written
};

/// Reads `text` exactly as the HTTP client will, so that what is checked is what is called. nullopt for
/// anything that is not an absolute http or https URL with a host.
std::optional<Url> parse_url(const std::string& text);

/// True for 127.0.0.0/8, [::1] and localhost: bytes for these hosts do not leave this machine.
bool is_loopback_host(const std::string& host);

/// True for an IPv4 address or one in brackets, as parse_url gives hosts.
bool is_address(const std::string& host);

}  // namespace latchkey

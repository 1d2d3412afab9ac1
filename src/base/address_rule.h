#pragma once

#include <sys/socket.h>

#include <string>

namespace latchkey {

/// Whether this is the address of a host on the public Internet. False for every block that the IANA IPv4 and
/// IPv6 Special-Purpose Address Registries (RFC 6890) do not call globally reachable, loopback, private,
/// shared, link-local (and the metadata services of clouds there), documentation and benchmark addresses
/// among them; for multicast; for IPv6 outside of 2000::/3; for IETF protocol assignments, 6to4 and Teredo as
/// a whole; and for what is neither IPv4 nor IPv6. An IPv4 address within an IPv6 one that leads there
/// (IPv4-mapped, NAT64 with 64:ff9b::/96, ISATAP) is judged as that IPv4 address.
bool is_public_address(const sockaddr* address);

/// The same for the text of an address, "192.0.2.1" or "2001:db8::1" (with or without brackets), as inet_pton
/// reads it; false for any other text.
bool is_public_address(const std::string& text);

}  // namespace latchkey

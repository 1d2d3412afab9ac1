// The blocks are those of the two registries, as of 2025. A block that is new there is missing here until
// somebody adds it; that is why IPv6 is public only within 2000::/3, which is all that is in use.

#include "base/address_rule.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace latchkey {
namespace {

using Ipv6 = std::array<unsigned char, 16>;

struct Block4 {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t ipv4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array kNotPublic4{
    Block4{ipv4(0, 0, 0, 0), 8},      // "this network", 0.0.0.0 itself (RFC 791)
    Block4{ipv4(10, 0, 0, 0), 8},     // private use (RFC 1918)
    Block4{ipv4(100, 64, 0, 0), 10},  // shared address space (RFC 6598)
    Block4{ipv4(127, 0, 0, 0), 8},    // loopback (RFC 1122)
    Block4{ipv4(168, 63, 129, 16),
           32},                        // what Azure's machines reach their platform by; public by number only
    Block4{ipv4(169, 254, 0, 0), 16},  // link-local, clouds' metadata (RFC 3927)
    Block4{ipv4(172, 16, 0, 0), 12},   // private use (RFC 1918)
    Block4{ipv4(192, 0, 0, 0), 24},    // IETF protocol assignments (RFC 6890)
    Block4{ipv4(192, 0, 2, 0), 24},    // documentation (RFC 5737)
    Block4{ipv4(192, 88, 99, 0), 24},  // 6to4 relays, deprecated (RFC 7526)
    Block4{ipv4(192, 168, 0, 0), 16},  // private use (RFC 1918)
    Block4{ipv4(198, 18, 0, 0), 15},   // benchmarks (RFC 2544)
    Block4{ipv4(198, 51, 100, 0), 24},  // documentation (RFC 5737)
    Block4{ipv4(203, 0, 113, 0), 24},   // documentation (RFC 5737)
    Block4{ipv4(224, 0, 0, 0), 4},      // multicast (RFC 5771)
    Block4{ipv4(240, 0, 0, 0), 4},      // reserved (RFC 1112), broadcast (RFC 919)
};

struct Block6 {
  Ipv6 first;
  int bits;
};

constexpr Block6 kGlobalUnicast{{0x20}, 3};  // RFC 4291, and all that IANA has ever allocated from
constexpr std::array kNotPublic6{
    Block6{{0x20, 0x01}, 23},  // IETF protocol assignments (RFC 2928), Teredo (RFC 4380) among them
    Block6{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation (RFC 3849)
    Block6{{0x20, 0x02}, 16},              // 6to4 (RFC 3056), deprecated
    Block6{{0x3f, 0xff}, 20},              // documentation (RFC 9637)
};

constexpr Block6 kIpv4Mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};  // RFC 4291
constexpr Block6 kNat64{{0, 0x64, 0xff, 0x9b}, 96};  // RFC 6052: networks with IPv6 alone reach IPv4 by it

bool lies_in(std::uint32_t address, const Block4& block) {
  return (address ^ block.first) >> (32 - block.bits) == 0;
}

bool lies_in(const Ipv6& address, const Block6& block) {
  const auto whole = static_cast<std::size_t>(block.bits / 8);
  const int rest = block.bits % 8;
  if (!std::equal(address.begin(), address.begin() + whole, block.first.begin())) return false;
  return rest == 0 || (address[whole] ^ block.first[whole]) >> (8 - rest) == 0;
}

bool is_public(std::uint32_t address) {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(),
                      [&](const Block4& block) { return lies_in(address, block); });
}

/// RFC 5214 section 6.1: below any prefix, "universal" or not.
bool is_isatap(const Ipv6& address) {
  return (address[8] & 0xFD) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
}

bool is_public(const Ipv6& address) {
  const bool last_is_public = is_public(ipv4(address[12], address[13], address[14], address[15]));
  if (lies_in(address, kIpv4Mapped) || lies_in(address, kNat64)) return last_is_public;
  if (!lies_in(address, kGlobalUnicast) || (is_isatap(address) && !last_is_public)) return false;
  return std::none_of(kNotPublic6.begin(), kNotPublic6.end(),
                      [&](const Block6& block) { return lies_in(address, block); });
}

bool is_public(const in_addr& address) {
  return is_public(ntohl(address.s_addr));
}

bool is_public(const in6_addr& address) {
  Ipv6 bytes;
  std::copy(std::begin(address.s6_addr), std::end(address.s6_addr), bytes.begin());
  return is_public(bytes);
}

}  // namespace

bool is_public_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return is_public(v4.sin_addr);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    return is_public(v6.sin6_addr);
  }
  return false;
}

bool is_public_address(const std::string& text) {
  if (text.find('\0') != std::string::npos) return false;  // inet_pton would read up to it
  const bool bracketed = text.starts_with('[') && text.ends_with(']');
  const std::string plain = bracketed ? text.substr(1, text.size() - 2) : text;
  in_addr v4{};
  if (!bracketed && inet_pton(AF_INET, plain.c_str(), &v4) == 1) return is_public(v4);
  in6_addr v6{};
  return inet_pton(AF_INET6, plain.c_str(), &v6) == 1 && is_public(v6);
}

}  // namespace latchkey

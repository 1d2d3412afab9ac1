#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <boost/test/unit_test.hpp>

#include "base/address_rule.h"

using latchkey::is_public_address;

namespace {

/// The last address before a block, its first, its last, and the one behind it; null where there is none, or
/// where the neighbour belongs to a block of its own.
struct Block {
  const char* before;
  const char* first;
  const char* last;
  const char* after;
};

const std::vector<Block> kBlocks4{
    {nullptr, "0.0.0.0", "0.255.255.255", "1.0.0.0"},
    {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
    {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
    {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
    {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"},
    {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
    {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
    {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
    {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
    {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
    {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
    {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
    {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
    {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
    {"223.255.255.255", "224.0.0.0", "239.255.255.255", nullptr},
    {nullptr, "240.0.0.0", "255.255.255.255", nullptr},
};

const std::vector<Block> kBlocks6{
    {nullptr, "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
     "2001:db9::"},
    {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "2003::"},
    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
     "3fff:1000::"},
    // All that is outside of 2000::/3.
    {nullptr, "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
    {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr},
};

/// What people and clouds really have at these addresses.
const std::vector<const char*> kNotPublic4{"10.1.2.3",    "100.100.100.200", "127.0.0.1",       "127.1.2.3",
                                           "169.254.0.1", "169.254.169.254", "169.254.170.2",   "172.17.0.1",
                                           "172.20.10.1", "192.0.0.8",       "192.0.0.170",     "192.0.0.192",
                                           "192.168.0.1", "192.168.178.255", "198.18.0.1",      "224.0.0.251",
                                           "239.1.2.3",   "240.0.0.1",       "255.255.255.254", "0.0.0.1"};
const std::vector<const char*> kPublic4{"1.1.1.1",       "8.8.8.8",      "93.184.216.34", "151.101.1.69",
                                        "172.217.16.78", "192.30.255.1", "198.41.0.4",    "203.0.112.1",
                                        "216.58.206.78", "100.20.30.40", "169.45.1.1",    "223.5.5.5"};
const std::vector<const char*> kNotPublic6{"::1",
                                           "::2",
                                           "fc00::1",
                                           "fdff::1",
                                           "fd00:ec2::254",
                                           "fd20:ce::254",
                                           "fe80::1",
                                           "febf::1",
                                           "fec0::1",
                                           "feff::1",
                                           "ff02::1",
                                           "ff0e::1",
                                           "100::1",
                                           "100:0:0:1::1",
                                           "5f00::1",
                                           "64:ff9b:1::1",
                                           "64:ff9b:0:1::1",
                                           "64:ff9b::1:0:1",
                                           "2001:0:1::1",
                                           "2001:2::1",
                                           "2001:10::1",
                                           "2001:20::1",
                                           "2001:db8::1",
                                           "2002:808:808::1",
                                           "::808:808",
                                           "::ffff:0:8.8.8.8",
                                           "::fffe:8.8.8.8",
                                           "::1:8.8.8.8",
                                           "3fff::1",
                                           "8000::1"};
const std::vector<const char*> kPublic6{
    "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e",
    "2620:fe::fe",          "2400:cb00:2048:1::1",  "2c0f:f248::1",
    "2003:0:1::1",          "2a02:26f0::1"};

std::vector<std::pair<std::string, bool>> cases_of(const std::vector<Block>& blocks,
                                                   const std::vector<const char*>& not_public,
                                                   const std::vector<const char*>& is_public) {
  std::vector<std::pair<std::string, bool>> cases;
  for (const Block& block : blocks) {
    if (block.before) cases.emplace_back(block.before, true);
    cases.emplace_back(block.first, false);
    cases.emplace_back(block.last, false);
    if (block.after) cases.emplace_back(block.after, true);
  }
  for (const char* text : not_public) cases.emplace_back(text, false);
  for (const char* text : is_public) cases.emplace_back(text, true);
  return cases;
}

const auto kCases4 = cases_of(kBlocks4, kNotPublic4, kPublic4);
const auto kCases6 = cases_of(kBlocks6, kNotPublic6, kPublic6);

/// As libcurl hands it over.
bool is_public_socket_address(const std::string& text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
    v4->sin_port = htons(443);
  } else {
    BOOST_REQUIRE(inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1);
    storage.ss_family = AF_INET6;
    v6->sin6_port = htons(443);
  }
  return is_public_address(reinterpret_cast<sockaddr*>(&storage));
}

void check(const std::string& text, bool expected) {
  BOOST_TEST_CONTEXT(text) {
    BOOST_TEST(is_public_address(text) == expected);
    BOOST_TEST(is_public_socket_address(text) == expected);
  }
}

/// The four bytes as two groups of an IPv6 address: "7f00:1".
std::string groups_of(const std::string& v4) {
  in_addr address{};
  BOOST_REQUIRE(inet_pton(AF_INET, v4.c_str(), &address) == 1);
  const std::uint32_t bits = ntohl(address.s_addr);
  char text[10];
  std::snprintf(text, sizeof text, "%x:%x", bits >> 16, bits & 0xFFFF);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(address_rule_tests)

BOOST_AUTO_TEST_CASE(judges_ipv4_at_the_edges_of_every_block) {
  for (const auto& [text, expected] : kCases4) check(text, expected);
}

BOOST_AUTO_TEST_CASE(judges_ipv6_at_the_edges_of_every_block) {
  for (const auto& [text, expected] : kCases6) check(text, expected);
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_within_ipv6_is_judged_as_what_it_leads_to) {
  for (const auto& [v4, expected] : kCases4) {
    check("::ffff:" + v4, expected);
    check("64:ff9b::" + v4, expected);
    check("2a00:1450:4001:81b:0:5efe:" + groups_of(v4), expected);
    check("2a00:1450:4001:81b:200:5efe:" + groups_of(v4), expected);
  }
}

BOOST_AUTO_TEST_CASE(no_ipv4_address_makes_a_dead_or_local_tunnel_public) {
  for (const auto& [v4, expected] : kCases4) {
    check("2002:" + groups_of(v4) + "::1", false);
    check("64:ff9b:1::" + v4, false);
    check("2001:0:" + groups_of(v4) + "::1", false);
    check("fe80::5efe:" + v4, false);
    check("fd00::ffff:" + v4, false);
    // ::0.0.0.0 to ::0.255.255.255 hold the unspecified address and loopback; all of ::/96 is refused.
    check("::" + v4, false);
  }
}

BOOST_AUTO_TEST_CASE(takes_brackets_around_ipv6_only) {
  BOOST_TEST(is_public_address("[2606:4700:4700::1111]"));
  BOOST_TEST(!is_public_address("[::1]"));
  BOOST_TEST(!is_public_address("[8.8.8.8]"));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_not_public) {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, "localhost"s, "example.com"s, "8.8.8"s, "8.8.8.8.8"s, "0x8.8.8.8"s, "134744072"s, " 8.8.8.8"s,
        "8.8.8.8 "s, "8.8.8.8\0.example"s, "2606:4700::1%eth0"s, "[]"s, "["s}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!is_public_address(text));
    }
  }
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  BOOST_TEST(!is_public_address(reinterpret_cast<sockaddr*>(&local)));
}

BOOST_AUTO_TEST_SUITE_END()

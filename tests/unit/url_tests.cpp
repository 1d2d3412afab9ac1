#include <boost/test/unit_test.hpp>

#include "base/url.h"

using namespace std::string_literals;
using latchkey::is_address;
using latchkey::is_loopback_host;
using latchkey::parse_url;

BOOST_AUTO_TEST_SUITE(url_tests)

BOOST_AUTO_TEST_CASE(reads_the_parts_that_say_where_it_leads) {
  const auto url = parse_url("HTTPS://user:pass@API.Example.com:8443/path?q#f");
  BOOST_REQUIRE(url);
  BOOST_TEST(url->scheme == "https");
  BOOST_TEST(url->user == "userpass");
  BOOST_TEST(url->host == "api.example.com");
  BOOST_TEST(url->port == 8443);
}

BOOST_AUTO_TEST_CASE(makes_odd_spellings_of_an_address_plain) {
  for (const char* text : {"http://127.1/", "http://0x7f000001/", "http://2130706433", "http://0177.0.0.1"}) {
    const auto url = parse_url(text);
    BOOST_REQUIRE(url);
    BOOST_TEST(url->host == "127.0.0.1");
  }
}

BOOST_AUTO_TEST_CASE(rejects_what_is_no_absolute_http_url) {
  for (const std::string& text : {""s, "api.example.com"s, "//api.example.com"s, "/path"s, "ftp://a.example"s,
                                  "file:///etc/passwd"s, "https:"s, "https://"s, "https:/a.example"s,
                                  "https:///a.example"s, "https://a.example\0.evil.example"s, "https://a b"s,
                                  "https://a.example:99999"s, "javascript:alert(1)"s}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_url(text));
    }
  }
}

BOOST_AUTO_TEST_CASE(knows_loopback_hosts) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.8.7", "[::1]"})
    BOOST_TEST(is_loopback_host(host));
  for (const char* host :
       {"127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "[::2]", "127.example"}) {
    BOOST_TEST(!is_loopback_host(host));
  }
}

BOOST_AUTO_TEST_CASE(knows_addresses_from_names) {
  BOOST_TEST(is_address("192.0.2.1"));
  BOOST_TEST(is_address("[2001:db8::1]"));
  BOOST_TEST(!is_address("192.0.2.example"));
}

BOOST_AUTO_TEST_SUITE_END()

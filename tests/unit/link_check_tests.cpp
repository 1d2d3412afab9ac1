#include <boost/test/unit_test.hpp>

#include "provider/link_check.h"

using latchkey::provider::kLinkMax;
using latchkey::provider::link_passes;
using namespace std::string_literals;

namespace {

const std::vector<std::string> kHosts{".customerportal.energy", ".Checkout.energy", "start.example.com"};

void check_all(const std::vector<std::string>& links, bool pass) {
  for (const std::string& link : links) {
    BOOST_TEST_CONTEXT(link) {
      BOOST_TEST(link_passes(link, kHosts) == pass);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(link_check_tests)

BOOST_AUTO_TEST_CASE(passes_the_links_that_nomos_documents) {
  check_all(
      {"https://acme-power.customerportal.energy/?token_hash=abc",
       "https://acme-power.customerportal.energy/auth/confirm?token_hash=abc&type=magiclink&next=/overview",
       "https://a.b.checkout.energy/start", "https://ACME.CustomerPortal.energy/x",
       "HTTPS://a.checkout.energy/", "https://a.checkout.energy:443/", "https://start.example.com/start#top"},
      true);
}

BOOST_AUTO_TEST_CASE(rejects_other_schemes_users_and_ports) {
  check_all({"", "http://a.checkout.energy/", "javascript:alert(1)", "//a.checkout.energy/",
             "a.checkout.energy/", "https://user@a.checkout.energy/", "https://user:pass@a.checkout.energy/",
             "https://@a.checkout.energy/", "https://a.checkout.energy@evil.example/",
             "https://a.checkout.energy:8443/", "https://a.checkout.energy:80/", "https:a.checkout.energy",
             "https:///a.checkout.energy/"},
            false);
}

BOOST_AUTO_TEST_CASE(rejects_hosts_that_are_not_allowed) {
  check_all(
      {"https://evil.example/", "https://customerportal.energy/", "https://evilcustomerportal.energy/",
       "https://a.customerportal.energy.evil.example/", "https://evil.example/a.checkout.energy",
       "https://evil.example?.checkout.energy", "https://evil.example#.checkout.energy",
       "https://x.start.example.com/", "https://a.checkout.energy./", "https://.checkout.energy/",
       "https://a..checkout.energy/", "https://-a.checkout.energy/", "https://a_b.checkout.energy/",
       "https://%61.checkout.energy/", "https://evil.example%2f.checkout.energy/",
       "https://evil.example\\.checkout.energy/", "https://" + std::string(64, 'a') + ".checkout.energy/"},
      false);
}

BOOST_AUTO_TEST_CASE(rejects_addresses_even_where_they_are_listed) {
  for (const char* address : {"127.0.0.1", "[::1]", "0x7f.1", "2130706433", "192.0.2.7"}) {
    BOOST_TEST(!link_passes("https://"s + address + "/x", {address, "127.0.0.1"}));
  }
  BOOST_TEST(!link_passes("https://localhost/", {"localhost"}));
}

BOOST_AUTO_TEST_CASE(rejects_characters_that_do_not_belong_into_a_uri) {
  for (const std::string& bad : {" "s, "\n"s, "\r\n"s, "\t"s, "\""s, "<"s, ">"s, "\\"s, "^"s, "`"s, "{"s,
                                 "|"s, "\x7f"s, "\xc3\xa4"s, "\0"s, "\xe2\x80\xae"s}) {
    check_all({"https://a.checkout.energy/x" + bad + "y", "https://a.checkout.energy/x" + bad,
               bad + "https://a.checkout.energy/x"},
              false);
  }
}

BOOST_AUTO_TEST_CASE(passes_links_up_to_the_longest_length) {
  std::string link = "https://a.checkout.energy/";
  link.resize(kLinkMax, 'x');
  BOOST_TEST(link_passes(link, kHosts));
  link += 'x';
  BOOST_TEST(!link_passes(link, kHosts));
}

BOOST_AUTO_TEST_CASE(rejects_everything_without_allowed_hosts) {
  BOOST_TEST(!link_passes("https://a.checkout.energy/", {}));
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "base/http_client.h"

namespace {

bool is_safe(const std::string& url) {
  try {
    latchkey::require_safe_base_url(url, "providers.mayar.base_url");
    return true;
  } catch (const latchkey::InputError& error) {
    BOOST_TEST(error.errors().at(0).field == "providers.mayar.base_url");
    return false;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_client_tests)

BOOST_AUTO_TEST_CASE(takes_https_anywhere_and_http_on_loopback) {
  for (const char* url :
       {"https://api.mayar.id", "https://api.mayar.id/", "https://proxy.example.com/mayar",
        "https://10.0.0.1:8443", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:9000"}) {
    BOOST_TEST_CONTEXT(url) {
      BOOST_TEST(is_safe(url));
    }
  }
}

BOOST_AUTO_TEST_CASE(rejects_plain_http_elsewhere_and_addresses_with_extras) {
  for (const char* url : {"http://api.mayar.id", "http://127.0.0.1.example.com",
                          "http://localhost.example.com", "https://key@api.mayar.id", "https://@api.mayar.id",
                          "https://a:b@api.mayar.id", "https://api.mayar.id?x=1", "https://api.mayar.id/?",
                          "https://api.mayar.id/#top", "api.mayar.id", "ftp://127.0.0.1", "", "https://"}) {
    BOOST_TEST_CONTEXT(url) {
      BOOST_TEST(!is_safe(url));
    }
  }
}

BOOST_AUTO_TEST_CASE(finds_the_first_header_of_a_name) {
  latchkey::HttpAnswer answer;
  answer.headers = {{"a", "1"}, {"b", "2"}, {"b", "3"}};
  BOOST_TEST(answer.header("b").value() == "2");
  BOOST_TEST(!answer.header("c"));
}

BOOST_AUTO_TEST_SUITE_END()

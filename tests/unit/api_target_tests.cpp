#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "surface/api_target.h"

namespace latchkey::surface {
namespace {

ApiRoute route(const std::string& method, const std::string& path) {
  return {method, path, "read"};
}

const ApiRoutes& routes() {
  static const ApiRoutes all({route("GET", "/v1/jobs"), route("POST", "/v1/jobs"),
                              route("GET", "/v1/jobs/{id}"), route("POST", "/v1/jobs/{id}/cancel"),
                              route("GET", "/healthz")});
  return all;
}

/// "path word word", or the methods that there are in brackets.
std::string found(const std::string& method, const std::string& path) {
  const ApiRoutes::Found found = routes().find(method, path);
  if (found.route == nullptr) return "[" + found.allowed + "]";
  std::string text = found.route->method + " " + found.route->path;
  for (const std::string& word : found.words) text += " " + word;
  return text;
}

std::string query_error(const std::string& query) {
  try {
    parse_query(query);
  } catch (const InputError& error) {
    return error.code() + " " + error.errors().front().field;
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_target_tests)

BOOST_AUTO_TEST_CASE(route_is_found_by_method_and_path) {
  BOOST_TEST(found("GET", "/v1/jobs") == "GET /v1/jobs");
  BOOST_TEST(found("POST", "/v1/jobs") == "POST /v1/jobs");
  BOOST_TEST(found("GET", "/v1/jobs/order-1") == "GET /v1/jobs/{id} order-1");
  BOOST_TEST(found("POST", "/v1/jobs/order-1/cancel") == "POST /v1/jobs/{id}/cancel order-1");
  BOOST_TEST(found("HEAD", "/healthz") == "GET /healthz");
}

BOOST_AUTO_TEST_CASE(words_are_decoded_and_stay_one_word) {
  BOOST_TEST(found("GET", "/v1/jobs/a%3Ab") == "GET /v1/jobs/{id} a:b");
  BOOST_TEST(found("GET", "/v1/jobs/a%2fcancel") == "GET /v1/jobs/{id} a/cancel");
  BOOST_TEST(found("GET", "/v1/jobs/a+b") == "GET /v1/jobs/{id} a+b");
  BOOST_TEST(found("GET", "/v1/%6Aobs") == "GET /v1/jobs");
}

BOOST_AUTO_TEST_CASE(other_methods_of_a_path_are_named) {
  BOOST_TEST(found("PUT", "/v1/jobs") == "[GET, HEAD, POST]");
  BOOST_TEST(found("GET", "/v1/jobs/a/cancel") == "[POST]");
  BOOST_TEST(found("POST", "/healthz") == "[GET, HEAD]");
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_path) {
  for (const char* path :
       {"", "/", "v1/jobs", "/v1/jobs/", "/v1//jobs", "/v1/jobs/a/cancel/", "/V1/jobs", "/v1/jobs/%",
        "/v1/jobs/%4", "/v1/jobs/%zz", "*", "http://x/v1/jobs", "/v1/../v1/jobs", "/v1/jobs/a/%63ance"}) {
    BOOST_TEST(found("GET", path) == "[]", path);
  }
}

BOOST_AUTO_TEST_CASE(query_is_decoded) {
  const auto query = parse_query("a=1&b=x%20y+z&c&d=&e=%3D&&f=a=b");
  const std::map<std::string, std::string> expected{{"a", "1"}, {"b", "x y z"}, {"c", ""},
                                                    {"d", ""},  {"e", "="},     {"f", "a=b"}};
  BOOST_TEST((query == expected));
  BOOST_TEST(parse_query("").empty());
}

BOOST_AUTO_TEST_CASE(query_that_says_a_thing_twice_or_cannot_be_read_is_rejected) {
  BOOST_TEST(query_error("a=1&a=1") == "invalid_request a");
  BOOST_TEST(query_error("a=1&%61=2") == "invalid_request a");
  for (const char* query : {"a=%", "a=%4", "a=%zz", "a=%ff", "a=%0a", "%00=1"}) {
    BOOST_TEST(query_error(query) == "invalid_request ", query);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface

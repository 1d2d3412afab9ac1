#include <boost/test/unit_test.hpp>

#include "surface/http_framing.h"

namespace latchkey::surface {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Framing judged(const std::string& method, Headers headers, const std::string& version = "HTTP/1.1") {
  headers.emplace_back("Host", "latchkey");
  return framing_of({method, version, {headers.begin(), headers.end()}});
}

std::string refusal(const std::string& method, Headers headers, const std::string& version = "HTTP/1.1") {
  const Framing framing = judged(method, std::move(headers), version);
  BOOST_TEST((!framing.refusal || !framing.may_stay_open));
  return framing.refusal ? framing.refusal->code() : "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_framing_tests)

BOOST_AUTO_TEST_CASE(one_length_leaves_the_connection_open) {
  const Framing framing = judged("POST", {{"content-length", "17"}});
  BOOST_TEST(!framing.refusal);
  BOOST_TEST(framing.has_body);
  BOOST_TEST(framing.length.value() == 17U);
  BOOST_TEST(framing.may_stay_open);
  const Framing empty = judged("POST", {{"Content-Length", "0"}});
  BOOST_TEST((!empty.has_body && empty.may_stay_open));
  const Framing none = judged("GET", {});
  BOOST_TEST((!none.has_body && none.may_stay_open));
  BOOST_TEST((judged("GET", {{"Content-Length", "0"}}).may_stay_open));
}

BOOST_AUTO_TEST_CASE(chunked_is_taken_and_is_the_last) {
  const Framing framing = judged("POST", {{"Transfer-Encoding", "Chunked"}});
  BOOST_TEST(!framing.refusal);
  BOOST_TEST((framing.has_body && framing.chunked && !framing.may_stay_open));
}

BOOST_AUTO_TEST_CASE(length_in_doubt_is_refused_and_counts_as_a_body) {
  for (const Headers& headers :
       std::vector<Headers>{{},
                            {{"Content-Length", "5"}, {"Content-Length", "5"}},
                            {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
                            {{"Content-Length", "0"}, {"Transfer-Encoding", "chunked"}},
                            {{"Content-Length", "-5"}},
                            {{"Content-Length", "+5"}},
                            {{"Content-Length", "5 "}},
                            {{"Content-Length", ""}},
                            {{"Content-Length", "0x5"}},
                            {{"Content-Length", "9999999999999999999"}},
                            {{"Transfer-Encoding", "gzip, chunked"}},
                            {{"Transfer-Encoding", "identity"}},
                            {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}}) {
    BOOST_TEST(refusal("POST", headers) == "bad_request");
    BOOST_TEST(judged("POST", headers).has_body);
  }
  BOOST_TEST(refusal("POST", {{"Transfer-Encoding", "chunked"}}, "HTTP/1.0") == "bad_request");
}

BOOST_AUTO_TEST_CASE(methods_without_a_body_must_have_none) {
  for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "PRI"}) {
    BOOST_TEST(refusal(method, {}) == "", method);
    BOOST_TEST(refusal(method, {{"Content-Length", "1"}}) == "bad_request", method);
    BOOST_TEST(refusal(method, {{"Content-Length", "x"}}) == "bad_request", method);
    BOOST_TEST(refusal(method, {{"Transfer-Encoding", "chunked"}}) == "bad_request", method);
  }
}

BOOST_AUTO_TEST_CASE(headers_that_are_none_or_there_too_often_are_refused) {
  for (const Headers& headers : std::vector<Headers>{{{"Content-Length ", "5"}},
                                                     {{" X", "y"}},
                                                     {{"", "y"}},
                                                     {{"X\ty", "z"}},
                                                     {{"X", "a\r\nb"}},
                                                     {{"X", std::string("a\0b", 3)}},
                                                     {{"X", "a\x7f"}},
                                                     {{"Host", "other"}},
                                                     {{"Content-Type", "a"}, {"content-type", "b"}},
                                                     {{"Expect", "a"}, {"Expect", "b"}}}) {
    BOOST_TEST(refusal("GET", headers) == "bad_request");
  }
  BOOST_TEST(refusal("GET", {{"X", "a\tb"}, {"X-Y_Z", "\xc3\xa4"}}) == "");
  BOOST_TEST(framing_of({"GET", "HTTP/1.1", {}}).refusal->code() == "bad_request");
  BOOST_TEST(!framing_of({"GET", "HTTP/1.0", {}}).refusal);
}

BOOST_AUTO_TEST_CASE(too_many_headers_are_refused) {
  BOOST_TEST(refusal("GET", Headers(100, {"X", "y"})) == "");
  BOOST_TEST(refusal("GET", Headers(104, {"X", "y"})) == "headers_too_large");
  BOOST_TEST(refusal("GET", Headers(2, {"X", std::string(8'000, 'y')})) == "");
  BOOST_TEST(refusal("GET", Headers(3, {"X", std::string(8'000, 'y')})) == "headers_too_large");
}

BOOST_AUTO_TEST_CASE(encoded_content_is_no_media_type_of_ours) {
  BOOST_TEST(refusal("POST", {{"Content-Length", "5"}, {"Content-Encoding", "gzip"}}) ==
             "unsupported_media_type");
  BOOST_TEST(refusal("POST", {{"Content-Length", "5"}, {"Content-Encoding", "identity"}}) == "");
}

BOOST_AUTO_TEST_CASE(what_ends_a_connection_without_a_refusal) {
  BOOST_TEST(!judged("GET", {}, "HTTP/1.0").may_stay_open);
  BOOST_TEST(!judged("GET", {{"Connection", "Close"}}).may_stay_open);
  BOOST_TEST(!judged("GET", {{"Connection", "x"}, {"Connection", "te, close"}}).may_stay_open);
  BOOST_TEST(judged("GET", {{"Connection", "keep-alive"}}).may_stay_open);
  const Framing two = judged("GET", {{"Authorization", "a"}, {"Authorization", "b"}});
  BOOST_TEST((!two.refusal && !two.may_stay_open));
}

BOOST_AUTO_TEST_CASE(json_is_named_with_no_charset_but_utf8) {
  for (const char* type : {"application/json", "Application/JSON", "application/json;charset=UTF-8",
                           "application/json ; charset=\"utf-8\"", "application/json;"}) {
    BOOST_TEST(is_json(type), type);
  }
  for (const char* type : {"", "json", "application/jsonx", "application/json-patch+json", "text/json", ";",
                           "application/json; charset=latin-1", "application/json; a=b; charset=utf-8",
                           "multipart/form-data; boundary=application/json"}) {
    BOOST_TEST(!is_json(type), type);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::surface

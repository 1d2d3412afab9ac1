#include "base/curl_exchange.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/address_rule.h"
#include "base/curl_http_client.h"
#include "base/error.h"
#include "base/text.h"

namespace latchkey {

CurlExchange::CurlExchange(const HttpRequest& what, const std::atomic<bool>& stop)
    : request(what), aborted(stop) {
  // An answer may hold a link; a string that never grows leaves no copies behind.
  answer.body.reserve(CurlHttpClient::kAnswerMax);
}

CurlExchange::~CurlExchange() {
  curl_slist_free_all(header_lines);
}

void CurlExchange::add_header(const std::string& name, std::string_view value) {
  const bool broken =
      std::any_of(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  if (broken) throw InputError("invalid_request", name, "expected a header value without line breaks");
  std::string line = name;
  line.reserve(name.size() + value.size() + 3);
  line.append(": ").append(value);
  curl_slist* longer = curl_slist_append(header_lines, line.c_str());
  wipe(line);
  if (!longer) throw std::bad_alloc();
  header_lines = longer;
}

curl_socket_t CurlExchange::open_socket(const curl_sockaddr& address) {
  if (request.reach == Reach::PublicOnly && !is_public_address(&address.addr)) {
    forbidden = true;
    return CURL_SOCKET_BAD;
  }
  opened = true;
  return socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

int CurlExchange::before_writing(const char* peer) {
  // Written already: libcurl is about to send the same request a second time, on a fresh connection.
  if (answer.written || aborted) return CURL_PREREQFUNC_ABORT;
  // A connection that is used again was opened for another request, perhaps one that may go anywhere.
  if (request.reach == Reach::PublicOnly && !is_public_address(std::string(peer))) {
    forbidden = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (request.may_write && !request.may_write()) {
    refused = true;
    return CURL_PREREQFUNC_ABORT;
  }
  answer.written = true;
  return CURL_PREREQFUNC_OK;
}

std::size_t CurlExchange::take_header(std::string_view line) {
  header_bytes += line.size();
  if (header_bytes > CurlHttpClient::kAnswerMax || answer.headers.size() >= CurlHttpClient::kHeaderLinesMax)
    return 0;
  if (body_begun) return line.size();  // a trailer: read past it
  if (line.starts_with("HTTP/")) {     // again after "100 Continue"
    answer.headers.clear();
    headers_ended = false;
  } else if (trim(line).empty()) {
    headers_ended = true;
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    answer.headers.emplace_back(to_lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return line.size();
}

std::size_t CurlExchange::take_body(std::string_view bytes) {
  body_begun = true;
  if (bytes.size() > CurlHttpClient::kAnswerMax - answer.body.size()) return 0;
  answer.body.append(bytes);
  return bytes.size();
}

}  // namespace latchkey

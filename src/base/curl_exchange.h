#pragma once

#include <curl/curl.h>

#include <atomic>
#include <string>
#include <string_view>

#include "base/http_client.h"

namespace latchkey {

/// One request on its way through libcurl: what its callbacks read and fill. Used by CurlHttpClient alone.
struct CurlExchange {
  const HttpRequest& request;
  const std::atomic<bool>& aborted;
  HttpAnswer answer;
  std::size_t header_bytes = 0;
  bool headers_ended = false;
  bool body_begun = false;
  bool refused = false;
  bool opened = false;     ///< a socket for an address that may be reached
  bool forbidden = false;  ///< an address was met that may not
  curl_slist* header_lines = nullptr;

  CurlExchange(const HttpRequest& what, const std::atomic<bool>& stop);
  ~CurlExchange();
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  void add_header(const std::string& name, std::string_view value);
  curl_socket_t open_socket(const curl_sockaddr& address);
  /// `peer`: the address that the connection leads to.
  int before_writing(const char* peer);
  std::size_t take_header(std::string_view line);
  std::size_t take_body(std::string_view bytes);
};

}  // namespace latchkey

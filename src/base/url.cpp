#include "base/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

#include "base/text.h"

namespace latchkey {
namespace {

std::string part(CURLU* handle, CURLUPart what) {
  char* value = nullptr;
  if (curl_url_get(handle, what, &value, 0) != CURLUE_OK) return {};
  std::string text = value;
  curl_free(value);
  return text;
}

}  // namespace

std::optional<Url> parse_url(const std::string& text) {
  // A zero byte would end the text early for libcurl and not for us; it also reads "https:/host" and
  // "https:///host", and nobody else does.
  if (text.find('\0') != std::string::npos) return std::nullopt;
  if (!starts_with_ignoring_case(text, "http://") && !starts_with_ignoring_case(text, "https://")) {
    return std::nullopt;
  }
  if (text.find("///") == text.find("://") + 1) return std::nullopt;
  const std::unique_ptr<CURLU, void (*)(CURLU*)> handle(curl_url(), curl_url_cleanup);
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return std::nullopt;

  Url url;
  url.scheme = to_lower(part(handle.get(), CURLUPART_SCHEME));
  url.host = to_lower(part(handle.get(), CURLUPART_HOST));
  if (url.host.empty()) return std::nullopt;
  url.user = part(handle.get(), CURLUPART_USER) + part(handle.get(), CURLUPART_PASSWORD);
  const std::string port = part(handle.get(), CURLUPART_PORT);
  url.port = port.empty() ? 0 : std::stoi(port);
  return url;
}

bool is_address(const std::string& host) {
  in_addr ignored{};
  return host.starts_with('[') || inet_pton(AF_INET, host.c_str(), &ignored) == 1;
}

bool is_loopback_host(const std::string& host) {
  return host == "localhost" || host == "[::1]" || (is_address(host) && host.starts_with("127."));
}

}  // namespace latchkey

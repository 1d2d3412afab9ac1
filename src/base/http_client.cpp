#include "base/http_client.h"

#include "base/error.h"
#include "base/url.h"

namespace latchkey {

std::optional<std::string> HttpAnswer::header(const std::string& name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

void require_safe_base_url(const std::string& url, const std::string& field) {
  const auto reject = [&](const char* why) { throw InputError("invalid_request", field, why); };
  const std::optional<Url> parts = parse_url(url);
  if (!parts) {
    reject("expected an address like https://api.example.com");
  } else if (parts->scheme != "https" && !is_loopback_host(parts->host)) {
    reject("expected https:// (plain http:// is for loopback hosts only)");
  } else if (!parts->user.empty() || url.find('@') != std::string::npos) {
    reject("expected no user or password in the address; keys belong into their files");
  } else if (url.find('?') != std::string::npos || url.find('#') != std::string::npos) {
    reject("expected an address without ? and #; paths are appended to it");
  }
}

}  // namespace latchkey

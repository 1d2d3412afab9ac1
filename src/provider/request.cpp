#include "provider/request.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace latchkey::provider {

HttpRequest base_request(const ProviderConfig& config, const std::string& method, const std::string& path) {
  HttpRequest request;
  request.method = method;
  request.url = config.base_url;
  while (request.url.ends_with('/')) request.url.pop_back();
  request.url += path;
  request.headers = {{"Accept", "application/json"}, {"User-Agent", "latchkey/" LATCHKEY_VERSION}};
  request.connect_timeout = config.connect_timeout;
  request.stall_timeout = config.stall_timeout;
  request.timeout = config.timeout;
  return request;
}

void set_json_body(HttpRequest& request, std::string body) {
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
}

void limit_time(HttpRequest& request, Millis most) {
  request.timeout = std::min(request.timeout, most);
  request.connect_timeout = std::min(request.connect_timeout, most);
}

Secret authorization(std::string_view scheme, std::string_view value) {
  std::string text;
  text.reserve(scheme.size() + value.size() + 1);
  text.append(scheme).append(" ").append(value);
  Secret header(text);
  wipe(text);
  return header;
}

Secret read_key(const std::filesystem::path& path, const std::string& field) {
  Secret key = read_secret_file(path, field);
  const std::string_view bytes = key.reveal();
  if (!std::all_of(bytes.begin(), bytes.end(), [](char c) { return c > ' ' && c < '\x7f'; })) {
    throw InputError("invalid_request", field,
                     "expected a file with one line of visible ASCII, without spaces");
  }
  return key;
}

}  // namespace latchkey::provider

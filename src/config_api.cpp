#include "config_api.h"

#include <charconv>
#include <system_error>

#include "base/text.h"
#include "base/url.h"

namespace latchkey {
namespace {

// One that is absent or wrong leaves `address` as it was.
void read_address(ConfigSection& section, const std::string& key, ListenAddress& address) {
  const std::string example = "\"" + address.host + ":" + std::to_string(address.port) + "\"";
  const std::string expected = "an address such as " + example;
  const auto given = section.text(key, expected);
  if (!given) return;
  const std::size_t colon = std::min(given->rfind(':'), given->size());
  const std::string host = to_lower(given->substr(0, colon));
  const std::string port = given->substr(std::min(colon + 1, given->size()));
  int number = -1;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number < 0 || number > 65535) {
    section.wrong(key, "expected " + expected + ", got \"" + shown(*given) + "\"");
  } else if (!is_loopback_host(host)) {
    section.wrong(key, "expected a loopback address such as " + example +
                           ": other machines are served by the nginx in front, with TLS (docs/deploy)");
  } else {
    address = {host == "[::1]" ? "::1" : host, number};
  }
}

}  // namespace

void read_api(ConfigSection section, ApiConfig& api) {
  read_address(section, "listen", api.listen);
  read_address(section, "health_listen", api.health);
  section.integer("threads", api.threads, 4, 512);
  if (api.listen == api.health && api.listen.port != 0) {
    section.wrong("health_listen", "expected another address than api.listen has");
  }
  section.finish();
}

}  // namespace latchkey

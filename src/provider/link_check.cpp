#include "provider/link_check.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "base/url.h"

namespace latchkey::provider {
namespace {

constexpr std::string_view kScheme = "https://";

/// RFC 3986 section 2: what may stand in a URI. Everything else is where readers of links begin to differ.
bool is_uri_character(char c) {
  constexpr std::string_view kMarks = "-._~:/?#[]@!$&'()*+,;=%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_allowed(const std::string& host, const std::vector<std::string>& hosts) {
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& allowed) {
    const std::string name = to_lower(allowed);
    if (name.starts_with('.')) return host.size() > name.size() && host.ends_with(name);
    return host == name;
  });
}

/// Labels of letters, digits and inner hyphens; at least two of them.
bool is_host_name(std::string_view host) {
  int labels = 0;
  std::size_t from = 0;
  while (from <= host.size()) {
    const std::size_t dot = std::min(host.find('.', from), host.size());
    const std::string_view label = host.substr(from, dot - from);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    const bool plain = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!plain) return false;
    ++labels;
    from = dot + 1;
  }
  return labels >= 2 && host.size() <= 253;
}

}  // namespace

bool link_passes(const std::string& link, const std::vector<std::string>& hosts) {
  if (link.size() > kLinkMax || !std::all_of(link.begin(), link.end(), is_uri_character)) return false;
  const std::optional<Url> url = parse_url(link);
  if (!url || url->scheme != "https" || !url->user.empty()) return false;
  if (url->port != 0 && url->port != 443) return false;
  // The host must stand in the link as it was read: no escapes, no odd spelling of an address, no empty user.
  if (!starts_with_ignoring_case(std::string_view(link).substr(kScheme.size()), url->host)) return false;
  return !is_address(url->host) && is_host_name(url->host) && is_allowed(url->host, hosts);
}

}  // namespace latchkey::provider

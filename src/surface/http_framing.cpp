#include "surface/http_framing.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace latchkey::surface {
namespace {

// With the few that the library adds itself, such as REMOTE_ADDR.
constexpr std::size_t kHeadersMost = 100 + 4;
constexpr std::size_t kHeaderBytesMost = 16 * 1024;
constexpr std::size_t kAroundHeader = 4;  // ": " and the end of the line

InputError unreadable(const std::string& why) {
  return InputError("bad_request", "", why);
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    return letter || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view value) {
  return std::any_of(value.begin(), value.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

std::optional<InputError> check_headers(const HttpHead& head) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : head.headers) {
    bytes += name.size() + value.size() + kAroundHeader;
    if (!is_token(name)) return unreadable("a header's name holds what no name may hold");
    if (has_control(value)) return unreadable("a header's value holds a control character");
  }
  if (bytes > kHeaderBytesMost || head.headers.size() > kHeadersMost) {
    return InputError("headers_too_large", "", "more than 100 headers, or more than 16 KiB of them");
  }
  return std::nullopt;
}

std::optional<InputError> check_single(const HttpHead& head) {
  for (const char* name : {"Host", "Content-Length", "Transfer-Encoding", "Content-Type", "Expect"}) {
    if (head.count(name) > 1) return unreadable(std::string(name) + " is there twice");
  }
  if (head.version == "HTTP/1.1" && head.count("Host") == 0) return unreadable("Host is missing");
  return std::nullopt;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.size() > 18 || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<InputError> check_length(const HttpHead& head, Framing& framing) {
  const std::size_t lengths = head.count("Content-Length");
  const std::size_t codings = head.count("Transfer-Encoding");
  framing.length = number(head.value("Content-Length"));
  framing.chunked = codings == 1;
  framing.has_body = codings > 0 || (lengths > 0 && framing.length != std::uint64_t{0});
  const bool sends = head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
  if (!sends) {
    if (!framing.has_body) return std::nullopt;
    return unreadable("this method takes no body");
  }
  const bool is_chunked =
      to_lower(head.value("Transfer-Encoding")) == "chunked" && head.version == "HTTP/1.1";
  if (lengths + codings != 1 || (lengths == 1 && !framing.length) || (codings == 1 && !is_chunked)) {
    framing.has_body = true;  // for all we know
    return unreadable("expected one Content-Length, or Transfer-Encoding: chunked");
  }
  return std::nullopt;
}

std::optional<InputError> check_coding(const HttpHead& head) {
  const std::string coding = to_lower(head.value("Content-Encoding"));
  if (coding.empty() || coding == "identity") return std::nullopt;
  return InputError("unsupported_media_type", "", "bodies are taken as they are, without a Content-Encoding");
}

bool asks_to_close(const HttpHead& head) {
  return std::any_of(head.headers.begin(), head.headers.end(), [](const auto& header) {
    return same_name(header.first, "Connection") &&
           to_lower(header.second).find("close") != std::string::npos;
  });
}

}  // namespace

std::string_view HttpHead::value(std::string_view name) const {
  const auto at = std::find_if(headers.begin(), headers.end(),
                               [&](const auto& header) { return same_name(header.first, name); });
  return at == headers.end() ? std::string_view() : at->second;
}

std::size_t HttpHead::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(), [&](const auto& header) { return same_name(header.first, name); }));
}

Framing framing_of(const HttpHead& head) {
  Framing framing;
  framing.refusal = check_length(head, framing);
  if (!framing.refusal) framing.refusal = check_headers(head);
  if (!framing.refusal) framing.refusal = check_single(head);
  if (!framing.refusal) framing.refusal = check_coding(head);
  // The library takes more for a chunk's size than RFC 9112 does ("+5", "0x5"): such a request is the last on
  // its connection. Two tokens are no doubt about the end, but about who put the second one there.
  framing.may_stay_open = !framing.refusal && !framing.chunked && head.version == "HTTP/1.1" &&
                          head.count("Authorization") <= 1 && !asks_to_close(head);
  return framing;
}

bool is_json(std::string_view content_type) {
  const std::string given = to_lower(content_type);
  const std::size_t end = std::min(given.find(';'), given.size());
  if (trim(given.substr(0, end)) != "application/json") return false;
  const std::string parameter(trim(given.substr(std::min(end + 1, given.size()))));
  return parameter.empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

}  // namespace latchkey::surface

// In canonical bytes a key stands after `{"` or `,"`. No text looks like a key with its colon: within one, a
// quotation mark has a backslash before it, and after the mark that ends one there is no letter. So what is
// found is a member.
#include "ledger/member.h"

#include <charconv>

namespace latchkey::ledger {
namespace {

bool begins_member(std::string_view bytes, std::size_t at) {
  return at > 0 && (bytes[at - 1] == ',' || bytes[at - 1] == '{');
}

std::size_t find_member(std::string_view bytes, std::string_view text) {
  std::size_t at = bytes.find(text);
  while (at != std::string_view::npos && !begins_member(bytes, at)) at = bytes.find(text, at + 1);
  return at;
}

// What follows `"key":`, or nothing.
std::string_view value_at(std::string_view bytes, std::string_view key) {
  std::string text = "\"";
  text.append(key).append("\":");
  const std::size_t at = find_member(bytes, text);
  return at == std::string_view::npos ? std::string_view() : bytes.substr(at + text.size());
}

}  // namespace

std::string member_text(std::string_view key, std::string_view value) {
  std::string text = "\"";
  text.append(key).append("\":\"");
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

bool has_member(std::string_view bytes, std::string_view member_text) {
  return find_member(bytes, member_text) != std::string_view::npos;
}

std::optional<std::string_view> text_member(std::string_view bytes, std::string_view key) {
  const std::string_view value = value_at(bytes, key);
  if (value.empty() || value.front() != '"') return std::nullopt;
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (value[i] == '\\')
      ++i;
    else if (value[i] == '"')
      return value.substr(1, i - 1);
  }
  return std::nullopt;
}

std::optional<std::int64_t> integer_member(std::string_view bytes, std::string_view key) {
  const std::string_view value = value_at(bytes, key);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end == value.data()) return std::nullopt;
  return number;
}

}  // namespace latchkey::ledger

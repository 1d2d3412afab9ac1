#include "job/mailbox.h"

#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "job/recipient.h"

namespace latchkey::job {
namespace {

constexpr std::size_t kNameMax = 100;

/// What stands between the quotes of an RFC 5322 quoted-string; nullopt when it is none.
std::optional<std::string> unquoted(std::string_view text) {
  std::string name;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size() ? std::optional(name) : std::nullopt;
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    name += text[i];
  }
  return std::nullopt;
}

}  // namespace

Mailbox parse_mailbox(std::string_view text, const std::string& field) {
  const std::string expected = "expected an address such as \"Portal <portal@example.com>\"";
  const auto require = [&](bool good, const std::string& message) {
    if (!good) throw InputError("invalid_request", field, message);
  };
  const auto part = unprintable_part(text);
  require(!part, "contains " + part.value_or(""));
  text = trim(text);
  require(!text.empty(), expected);
  Mailbox mailbox;
  if (text.ends_with('>')) {
    const std::size_t open = text.rfind('<');
    require(open != std::string_view::npos, expected);
    const std::string_view name = trim(text.substr(0, open));
    const auto inner = name.starts_with('"') ? unquoted(name) : std::optional(std::string(name));
    require(inner.has_value() && (name.starts_with('"') || name.find_first_of("\"<>@") == name.npos),
            expected + "; put a name with special characters into double quotes");
    require(display_width(*inner) <= kNameMax, "has a name longer than 100 characters");
    mailbox.name = *inner;
    text = text.substr(open + 1, text.size() - open - 2);
  }
  mailbox.address = smtp_address(parse_email(text, field));
  return mailbox;
}

}  // namespace latchkey::job

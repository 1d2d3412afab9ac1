#include "job/recipient.h"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace latchkey::job {
namespace {

constexpr std::size_t kEmailMax = 254;  // RFC 3696 erratum 1690: what fits an SMTP path
constexpr std::size_t kLocalMax = 64;
constexpr std::size_t kDomainMax = 253;
constexpr std::size_t kLabelMax = 63;
constexpr std::string_view kCustomerPrefix = "cus_";
constexpr std::size_t kCustomerRestMax = 60;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// RFC 5322 section 3.2.3: atext, and the dot between atoms.
bool is_local_character(char c) {
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool has_empty_part(std::string_view dotted) {
  return dotted.starts_with('.') || dotted.ends_with('.') || dotted.find("..") != std::string_view::npos;
}

/// Mistakes that people make often get the sentence that helps; what is left is caught part by part.
std::optional<std::string> common_mistake(std::string_view text) {
  if (text.empty()) return "is missing; expected an address such as budi@example.com";
  if (text.find_first_of("<>") != std::string_view::npos) {
    return "give the address alone, without a name or angle brackets";
  }
  if (text.find_first_of(",;") != std::string_view::npos) return "give one address, not a list";
  if (text.find_first_of("\"\\()") != std::string_view::npos) {
    return "contains quotes or a comment; give a plain address";
  }
  if (text.find(' ') != std::string_view::npos) return "contains a space";
  const auto signs = std::count(text.begin(), text.end(), '@');
  if (signs == 0) return "has no \"@\"; expected an address such as budi@example.com";
  if (signs > 1) return "has more than one \"@\"";
  return std::nullopt;
}

std::optional<std::string> wrong_with_local_part(std::string_view local) {
  if (local.empty()) return "has nothing before the \"@\"";
  if (!is_ascii(local)) {
    return "has letters outside ASCII before the \"@\"; the provider is not known to write to such addresses";
  }
  if (local.size() > kLocalMax) return "has more than 64 characters before the \"@\"";
  if (has_empty_part(local)) return "has a misplaced dot before the \"@\"";
  const auto odd = std::find_if_not(local.begin(), local.end(), is_local_character);
  if (odd != local.end()) return std::string("has a \"") + *odd + "\" before the \"@\"";
  return std::nullopt;
}

std::optional<std::string> wrong_with_label(std::string_view label) {
  const bool letters_digits_hyphens =
      std::all_of(label.begin(), label.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
  if (!letters_digits_hyphens) return "has a character in its domain that no domain can hold";
  if (label.starts_with('-') || label.ends_with('-')) return "has a misplaced hyphen in its domain";
  if (label.size() > kLabelMax) return "has a part longer than 63 characters in its domain";
  return std::nullopt;
}

/// `domain` is punycode: mapping may have changed it, so that only now its shape can be judged.
std::optional<std::string> wrong_with_domain(std::string_view domain) {
  if (has_empty_part(domain)) return "has a misplaced dot in its domain";
  if (domain.find('.') == std::string_view::npos) return "has a domain without a dot";
  if (domain.size() > kDomainMax) return "is too long";
  std::string_view label;
  for (std::string_view rest = domain; !rest.empty();) {
    const auto dot = rest.find('.');
    label = rest.substr(0, dot);
    if (auto wrong = wrong_with_label(label)) return wrong;
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::all_of(label.begin(), label.end(), is_digit)) return "has an IP address for a domain";
  return std::nullopt;
}

/// Soft hyphen, zero-width space and word joiner: the mapping below would drop them without a word.
bool has_invisible_character(std::string_view text) {
  constexpr std::array<std::string_view, 3> kInvisible{"\u00AD", "\u200B", "\u2060"};
  return std::any_of(kInvisible.begin(), kInvisible.end(),
                     [&](std::string_view c) { return text.find(c) != std::string_view::npos; });
}

/// What the mapping below would leave as it is, but for capitals. Labels that begin or end with a hyphen, or
/// have two where "xn--" has them, are for the library to judge.
bool is_plain_label(std::string_view label) {
  if (label.empty() || label.size() > kLabelMax) return false;
  if (label.front() == '-' || label.back() == '-' || (label.size() > 3 && label.substr(2, 2) == "--"))
    return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_plain_domain(std::string_view domain) {
  if (domain.size() > kDomainMax) return false;
  for (;;) {
    const auto dot = domain.find('.');
    if (!is_plain_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

/// IDNA2008 with the mapping of UTS 46, non-transitional: the rule of today's browsers and registries ("ß"
/// stays). Nearly every domain is plain, and the library takes a sixth of what storing a job costs.
std::optional<std::string> to_punycode(std::string_view domain) {
  if (is_plain_domain(domain)) return to_lower(domain);
  char* converted = nullptr;
  const int result =
      idn2_to_ascii_8z(std::string(domain).c_str(), &converted, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, void (*)(void*)> owner(converted, idn2_free);
  if (result != IDN2_OK) return std::nullopt;
  return to_lower(owner.get());
}

Recipient parse_customer_id(std::string_view text, const std::string& field) {
  const auto reject = [&](const std::string& message) -> void {
    throw InputError("invalid_request", field, message);
  };
  if (const auto part = unprintable_part(text)) reject("contains " + *part);
  const std::string_view id = trim(text);
  if (id.empty()) reject("is missing; expected a customer id such as cus_4f8Kq2");
  if (!id.starts_with(kCustomerPrefix)) reject("expected a customer id that starts with \"cus_\"");
  const std::string_view rest = id.substr(kCustomerPrefix.size());
  const bool fits = std::all_of(rest.begin(), rest.end(),
                                [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
  if (rest.empty() || rest.size() > kCustomerRestMax || !fits) {
    reject("expected \"cus_\" and 1 to 60 letters, digits, \"_\" or \"-\"");
  }
  return {std::string(id), std::string(id)};
}

}  // namespace

Recipient parse_email(std::string_view text, const std::string& field) {
  const auto reject = [&](const std::string& message) -> void {
    throw InputError("invalid_request", field, message);
  };
  // Only spaces are cut: a line break at an end is a sign of something worse than a careless copy.
  if (const auto part = unprintable_part(text)) reject("contains " + *part);
  const std::string_view address = trim(text);
  if (const auto wrong = common_mistake(address)) reject(*wrong);
  const auto at = address.find('@');
  const std::string_view local = address.substr(0, at);
  const std::string_view domain = address.substr(at + 1);
  if (const auto wrong = wrong_with_local_part(local)) reject(*wrong);
  if (domain.empty()) reject("has nothing after the \"@\"");
  if (has_invisible_character(domain)) reject("has an invisible character in its domain");
  if (domain.starts_with('[')) reject("has an IP address for a domain");
  if (address.size() > kEmailMax) reject("is too long");

  const auto punycode = to_punycode(domain);
  if (!punycode) reject("has a domain that is not valid");
  if (const auto wrong = wrong_with_domain(*punycode)) reject(*wrong);
  if (local.size() + 1 + punycode->size() > kEmailMax) reject("is too long");
  return {std::string(address), to_lower(local) + "@" + *punycode};
}

std::string smtp_address(const Recipient& email) {
  return email.address.substr(0, email.address.rfind('@')) +
         email.normalised.substr(email.normalised.rfind('@'));
}

Recipient parse_recipient(Provider provider, std::string_view text) {
  switch (provider) {
    case Provider::Mayar:
      return parse_email(text, "email");
    case Provider::Nomos:
      return parse_customer_id(text, "customerId");
  }
  LATCHKEY_CHECK(false);
}

Recipient parse_any_recipient(std::string_view text, Provider& provider) {
  const std::string_view trimmed = trim(text);
  const bool is_customer =
      trimmed.starts_with(kCustomerPrefix) && trimmed.find('@') == std::string_view::npos;
  Recipient recipient = is_customer ? parse_customer_id(text, "recipient") : parse_email(text, "recipient");
  provider = is_customer ? Provider::Nomos : Provider::Mayar;
  return recipient;
}

}  // namespace latchkey::job

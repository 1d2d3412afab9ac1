#pragma once

#include <string>
#include <string_view>

namespace latchkey::job {

/// Somebody at an address, as mail programs show them.
struct Mailbox {
  std::string name;     ///< UTF-8 without control characters; empty: none
  std::string address;  ///< ASCII: the domain in punycode, the local part as given

  std::string domain() const { return address.substr(address.rfind('@') + 1); }
};

/// "Portal <portal@example.com>", the name in double quotes or not, or an address alone. The address obeys
/// the rules of a recipient's (job/recipient.h); a name has at most 100 characters. Throws InputError on
/// `field`.
Mailbox parse_mailbox(std::string_view text, const std::string& field);

}  // namespace latchkey::job

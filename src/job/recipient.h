#pragma once

#include <string>
#include <string_view>

#include "job/names.h"

namespace latchkey::job {

/// A recipient in both its forms.
struct Recipient {
  std::string address;     ///< as given, trimmed: what the provider gets
  std::string normalised;  ///< what is compared and committed to: domain in lower-case punycode, local part
                           ///< in lower case; a customer id as it is
};

/// An email for Mayar, a `cus_…` customer id for Nomos. Throws InputError (field "email" or "customerId")
/// naming what is wrong. Emails: one address, no display name, local part at most 64 bytes of RFC 5322
/// dot-atom, a domain with a dot that IDNA2008 accepts, 254 bytes in all. Customer ids: `cus_` and 1 to 60 of
/// `[A-Za-z0-9_-]`.
Recipient parse_recipient(Provider provider, std::string_view text);

/// For `--recipient` in questions: both kinds, told apart by "cus_". Throws InputError on field "recipient".
Recipient parse_any_recipient(std::string_view text, Provider& provider);

}  // namespace latchkey::job

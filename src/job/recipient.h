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
/// naming what is wrong, never the address itself. Customer ids: `cus_` and 1 to 60 of `[A-Za-z0-9_-]`.
///
/// Emails: one address, no display name; a local part of at most 64 bytes, an RFC 5322 dot-atom; a domain
/// with a dot that IDNA2008 accepts, written in Unicode or punycode, whose labels hold letters, digits and
/// inner hyphens and whose last label is no number; 254 bytes in all, in either form. Local parts outside
/// ASCII (RFC 6531) are rejected: no page of Mayar's says that it can write to them, and a rejected row is
/// seen, a lost email is not. So are quoted local parts, comments and IP literals: nobody is onboarded at
/// one, typing errors look like them.
Recipient parse_recipient(Provider provider, std::string_view text);

/// An email by the rules above, whatever it is for. Throws InputError on `field`.
Recipient parse_email(std::string_view text, const std::string& field);

/// The email as a mail server takes it without SMTPUTF8: the domain in punycode, the local part as given.
std::string smtp_address(const Recipient& email);

/// For `--recipient` in questions: both kinds, told apart by "cus_" without an "@"; `provider` is set to the
/// one that it belongs to. Throws InputError on field "recipient".
Recipient parse_any_recipient(std::string_view text, Provider& provider);

}  // namespace latchkey::job

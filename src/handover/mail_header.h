#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "job/mailbox.h"

namespace latchkey::handover {

/// Text in a header such as Subject: as it is when it is short printable ASCII, else as encoded words
/// (RFC 2047) on lines of at most 76 characters. Nothing in it can end the header: what is not printable
/// becomes a space.
std::string header_text(std::string_view utf8);

/// A mailbox in From or Reply-To (RFC 5322, 3.4), the name quoted or encoded where it must be.
std::string header_mailbox(const job::Mailbox& mailbox);

/// A moment as RFC 5322, 3.3 has it, in UTC: "Wed, 25 Nov 2026 09:35:12 +0000".
std::string header_date(TimePoint t);

}  // namespace latchkey::handover

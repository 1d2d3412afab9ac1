#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::ledger {

/// The ledger for spreadsheets: RFC 4180 (CRLF, UTF-8, quotes where they are needed). The columns are fixed:
/// a member that has none of its own is in the last but one, `more`, as a JSON object, and `recipient` is the
/// last one of an export that reveals them. A cell that a spreadsheet would take for a formula gets an
/// apostrophe in front.

/// The header line.
std::string csv_header(bool with_recipient);
/// The line of one entry, given its stored bytes. Throws Error when they are no entry.
std::string csv_record(std::string_view entry, const std::optional<std::string>& recipient);

}  // namespace latchkey::ledger

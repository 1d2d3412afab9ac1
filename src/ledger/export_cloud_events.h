#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::ledger {

/// One entry as an event of CloudEvents 1.0 in its JSON format, on one line without its newline. `data` is
/// the stored bytes as they are; a revealed recipient is an extension attribute of that name. Throws Error
/// when the bytes are no entry.
std::string cloud_event(std::string_view entry, std::string_view origin,
                        const std::optional<std::string>& recipient);

}  // namespace latchkey::ledger

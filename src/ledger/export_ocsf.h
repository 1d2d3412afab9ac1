#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::ledger {

/// One entry as an event of OCSF 1.3, class API Activity (6003), on one line without its newline: for whoever
/// collects security events. `raw_data` holds the stored bytes. The table is in docs/ledger.md. Throws Error
/// when the bytes are no entry.
std::string ocsf_event(std::string_view entry, std::string_view origin,
                       const std::optional<std::string>& recipient);

}  // namespace latchkey::ledger

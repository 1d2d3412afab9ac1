#pragma once

#include <string>
#include <vector>

#include "ledger/entry.h"

namespace latchkey::surface {

/// What one entry tells, in plain words: "attempt 1: throttled, HTTP 429 after 32 ms: the provider's limit
/// …".
std::string entry_words(const ledger::Entry& entry);

/// One request's entries, oldest first, as people read them: local time to the millisecond, how long after
/// the entry before, what happened. Dates stand where the day changes.
std::string timeline_text(const std::vector<ledger::Entry>& entries, bool coloured);

}  // namespace latchkey::surface

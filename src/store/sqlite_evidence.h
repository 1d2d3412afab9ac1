#pragma once

#include <filesystem>

#include "store/evidence.h"

namespace latchkey::store {

/// Evidence of an SQLite database, or of a copy of one; no daemon needs to run. Also reads a copy in a folder
/// that may not be written. Where this process has no connection to it yet, call require_our_database()
/// first. Throws Error when it cannot be opened, is another program's, or has an older or a newer schema than
/// this program's.
OpenEvidence sqlite_evidence(const std::filesystem::path& path);

}  // namespace latchkey::store

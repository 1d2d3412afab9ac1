#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace latchkey::store {

/// What a database that is not in use holds.
struct CopyState {
  std::int64_t entries = 0;
  std::string root;    ///< of the ledger's tree, base64
  bool older = false;  ///< its schema is not this program's yet
};

/// Copies a database, as of one moment, while others go on writing to it; `to` is a new file (0600), complete
/// and on disk when this returns, and needs nothing beside it. Throws Error and leaves nothing when `to`
/// exists or cannot be written, or `from` is no database of ours or a newer program's.
void copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

/// Whether a copy of any schema up to this program's is whole: the database's own integrity, entries without
/// gaps, and the stored tree as the entries lead to it. Throws Error that says what is not.
CopyState verify_copy(const std::filesystem::path& path);

/// Gives a copy its name, in the same folder. Throws Error when something of that name is there.
void name_copy(const std::filesystem::path& copy, const std::filesystem::path& name);

/// Makes sure that all a database holds is in its one file, and that no -wal lies beside it. Nobody else may
/// have it open.
void settle(const std::filesystem::path& path);

/// Puts `fresh`, a settled database, in the place of `live`, which may be missing or damaged; what was there
/// stays under the name `aside`, with its -wal. At each moment there is a whole database at `live`, if there
/// was one. Throws StoreBusy when another process has it open. The caller holds the daemon lock.
void replace_database(const std::filesystem::path& live, const std::filesystem::path& fresh,
                      const std::filesystem::path& aside);

}  // namespace latchkey::store

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/sqlite_connection.h"

namespace latchkey::store {

/// "LKey" in the file's header: what tells a Latchkey database from any other.
constexpr std::int64_t kApplicationId = 0x4C4B6579;

/// The schema this program knows.
int newest_schema();

/// A table, index, trigger or view as the database describes it.
struct SchemaPart {
  std::string name;  ///< with its kind: "trigger ledger_never_changes"
  std::string sql;
};
/// What gives these of a database, by name.
constexpr const char* kSchemaQuery =
    "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_stat%' "
    "ESCAPE '\\' ORDER BY 1";
/// Those that a new database has.
std::vector<SchemaPart> schema_of_new_database();

/// Creates an empty database with the newest schema; the caller holds the daemon lock. Throws Error when the
/// file exists or its folder is missing.
void create_database(const std::filesystem::path& path, Clock& clock);

/// Refuses what is no database of ours, without opening it through SQLite and so without changing a byte:
/// missing, no plain file, another program's file, not SQLite at all. Throws Error. Call it once, before the
/// process's first connection: closing a descriptor of the file later would drop SQLite's locks (POSIX).
void require_our_database(const std::filesystem::path& path);

/// Refuses an open database that is not ours, as require_our_database does with a file. Throws Error.
void require_application_id(SqliteConnection& connection);

/// Applies the migrations that are missing, each in its own transaction; the caller holds the daemon lock.
/// Throws Error when one that was applied differs from the one this program carries, or the database is
/// newer. Calls `applied` after each. Returns how many there were.
int migrate_database(const std::filesystem::path& path, Clock& clock,
                     const std::function<void(const std::string&)>& applied = {});

}  // namespace latchkey::store

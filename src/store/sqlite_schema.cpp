#include "store/sqlite_schema.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/error.h"
#include "store/migrations.h"
#include "store/sqlite_connection.h"
#include "store/store.h"

namespace latchkey::store {
namespace {

constexpr Millis kWait{5000};
constexpr int kTreeMigration = 4;

constexpr const char* kMigrationsTable =
    "CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
    "applied_at INTEGER NOT NULL) STRICT";
constexpr const char* kForeign = "belongs to another program";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Error("the database " + path.string() + " " + why);
}

// Bytes 68..71 of SQLite's file header, big-endian (https://www.sqlite.org/fileformat.html section 1.3).
std::int64_t application_id_in(const std::array<char, 100>& header) {
  std::int64_t id = 0;
  for (std::size_t i = 68; i < 72; ++i) id = id * 256 + static_cast<unsigned char>(header[i]);
  return id;
}

std::string checksum(const Migration& migration) {
  return to_hex(sha256(migration.sql));
}

void require_same(SqliteConnection& connection, const Migration& migration) {
  auto query = connection.query("SELECT checksum FROM migrations WHERE number = ?");
  query.bind(migration.number);
  if (!query.step() || query.text(0) != checksum(migration)) {
    refuse(connection.path(),
           "was made by another build: migration " + migration.name + " differs from this program's");
  }
}

// What a ledger from before the tree's migration lacks. SQL alone cannot hash.
void build_tree(SqliteConnection& connection) {
  ledger::Frontier tree;
  auto entries = connection.query("SELECT entry FROM ledger ORDER BY seq");
  while (entries.step()) {
    tree.append(ledger::leaf_hash(entries.text(0)), [&](std::int64_t index, const ledger::Hash& hash) {
      connection.query("INSERT INTO ledger_node VALUES (?, ?)").bind(index).bind_blob(bytes_of(hash)).run();
    });
  }
}

void apply(SqliteConnection& connection, const Migration& migration, Clock& clock) {
  connection.execute("BEGIN IMMEDIATE");
  try {
    connection.execute(migration.sql);
    if (migration.number == kTreeMigration) build_tree(connection);
    connection.query("INSERT INTO migrations VALUES (?, ?, ?, ?)")
        .bind(migration.number)
        .bind(migration.name)
        .bind(checksum(migration))
        .bind(clock.now().wall)
        .run();
    connection.execute("PRAGMA user_version = " + std::to_string(migration.number));
    connection.execute("COMMIT");
  } catch (...) {
    // Some errors (a full disk) have made SQLite roll back by itself.
    if (sqlite3_get_autocommit(connection.database().getHandle()) == 0) connection.execute("ROLLBACK");
    throw;
  }
}

int apply_missing(SqliteConnection& connection, Clock& clock,
                  const std::function<void(const std::string&)>& applied) {
  const std::int64_t version = connection.pragma("user_version");
  if (version > newest_schema()) {
    refuse(connection.path(), "was made by a newer Latchkey (schema " + std::to_string(version) +
                                  ", this program knows " + std::to_string(newest_schema()) + ")");
  }
  int count = 0;
  for (const Migration& migration : embedded_migrations()) {
    if (migration.number <= version) {
      require_same(connection, migration);
      continue;
    }
    apply(connection, migration, clock);
    if (applied) applied(migration.name);
    ++count;
  }
  // Into the main file, where a copy of the file alone has it.
  if (count > 0) connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return count;
}

}  // namespace

int newest_schema() {
  return embedded_migrations().back().number;
}

void require_application_id(SqliteConnection& connection) {
  if (connection.pragma("application_id") != kApplicationId) refuse(connection.path(), kForeign);
}

void require_our_database(const std::filesystem::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) refuse(path, "does not exist: `latchkey restore` brings a backup back, `latchkey init` begins a project");
    if (errno == ENOTDIR) refuse(path, "lies in something that is not a folder");
    refuse(path, "may not be looked at: check the permissions of its folder");
  }
  if (!S_ISREG(info.st_mode))
    refuse(path, S_ISDIR(info.st_mode) ? "is a folder, not a file" : "is no plain file");
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) refuse(path, "may not be read: check its permissions");
  std::array<char, 100> header{};
  const ssize_t count = read(file, header.data(), header.size());
  close(file);
  if (count != static_cast<ssize_t>(header.size()) || std::string(header.data(), 15) != "SQLite format 3") {
    refuse(path, "is not an SQLite database, or is damaged");
  }
  if (application_id_in(header) != kApplicationId) refuse(path, kForeign);
}

std::vector<SchemaPart> schema_of_new_database() {
  SqliteConnection connection(":memory:", Access::ReadWrite, kWait);
  connection.execute(kMigrationsTable);
  for (const Migration& migration : embedded_migrations()) connection.execute(migration.sql);
  std::vector<SchemaPart> parts;
  auto query = connection.query(kSchemaQuery);
  while (query.step()) parts.push_back({query.text(0), query.text(1)});
  return parts;
}

void create_database(const std::filesystem::path& path, Clock& clock) {
  // Created by hand first: with the right mode, and only where nothing was.
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) {
    refuse(path, errno == EEXIST ? "exists already"
                                 : "cannot be created: check that its folder exists and may be written");
  }
  close(file);
  SqliteConnection connection(path, Access::ReadWrite, kWait);
  // In one transaction and before WAL mode, so that the main file says from its first page on whose it is.
  connection.execute("BEGIN IMMEDIATE; PRAGMA application_id = " + std::to_string(kApplicationId) + "; " +
                     kMigrationsTable + "; COMMIT");
  apply_missing(connection, clock, {});
  connection.use_wal();
}

int migrate_database(const std::filesystem::path& path, Clock& clock,
                     const std::function<void(const std::string&)>& applied) {
  SqliteConnection connection(path, Access::ReadWrite, kWait);
  require_application_id(connection);
  const int count = apply_missing(connection, clock, applied);
  connection.use_wal();
  return count;
}

}  // namespace latchkey::store

#include "store/sqlite_backup.h"

#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "base/crypto.h"
#include "base/encoding.h"
#include "ledger/tree.h"
#include "store/sqlite_connection.h"
#include "store/sqlite_schema.h"
#include "store/store.h"

namespace latchkey::store {
namespace {

namespace fs = std::filesystem;

constexpr Millis kLongEnough{5000};
constexpr int kFirstWithTree = 4;
constexpr int kFirstPacked = 10;  // rows of several nodes

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw Error(path.string() + " " + what + ": " + std::generic_category().message(errno));
}

void create_empty(const fs::path& path) {
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) fail(path, "cannot be created");
  close(file);
}

void sync_to_disk(const fs::path& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  errno = error;
  if (!synced) fail(path, "cannot be synced to disk");
}

void sync_folder_of(const fs::path& path) {
  sync_to_disk(path.has_parent_path() ? path.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY);
}

void require_known_schema(SqliteConnection& connection) {
  require_application_id(connection);
  const std::int64_t version = connection.pragma("user_version");
  if (version >= 1 && version <= newest_schema()) return;
  throw Error("the database " + connection.path().string() + " was made by a newer Latchkey (schema " +
              std::to_string(version) + ", this program knows " + std::to_string(newest_schema()) + ")");
}

// SQLite switches from WAL to a single file only when nobody else has it open.
void leave_wal(SqliteConnection& connection) {
  try {
    const auto mode = connection.database().execAndGet("PRAGMA journal_mode=DELETE");
    if (std::string(mode.getText()) == "delete") return;
  } catch (const SQLite::Exception& error) {
    throw_translated(error, connection.path());
  }
  throw StoreBusy("the database " + connection.path().string() + " is open in another process");
}

void require_integrity(SqliteConnection& connection) {
  auto check = connection.query("PRAGMA integrity_check(1)");
  if (check.step() && check.text(0) == "ok") return;
  throw Error(connection.path().string() + " is damaged: SQLite's integrity check fails");
}

// The stored nodes one after the other, out of rows that hold several.
class StoredNodes {
 public:
  StoredNodes(SqliteConnection& connection, const char* rows)
      : rows_(connection.query(rows)), path_(connection.path()) {}
  /// The next one must be this.
  void require(std::int64_t index, const ledger::Hash& hash) {
    if (!more() || next_ != index || !std::string_view(row_).substr(at_).starts_with(bytes_of(hash))) {
      throw Error(path_.string() + " does not hold together: node " + std::to_string(index) +
                  " of its tree is not what its entries lead to");
    }
    ++next_;
    at_ += hash.size();
  }
  bool more() {
    if (at_ < row_.size()) return true;
    if (!rows_.step()) return false;
    next_ = rows_.integer(0);
    row_ = rows_.blob(1);
    at_ = 0;
    return true;
  }

 private:
  Query rows_;
  const fs::path& path_;
  std::int64_t next_ = 0;
  std::string row_;
  std::size_t at_ = 0;
};

CopyState require_tree(SqliteConnection& connection) {
  const std::int64_t version = connection.pragma("user_version");
  const bool has_tree = version >= kFirstWithTree;
  auto entries = connection.query("SELECT seq, entry FROM ledger ORDER BY seq");
  StoredNodes nodes(connection, !has_tree ? "SELECT 1"
                                : version < kFirstPacked
                                    ? "SELECT idx, hash FROM ledger_node ORDER BY idx"
                                    : "SELECT idx, hashes FROM ledger_node ORDER BY idx");
  ledger::Frontier tree;
  while (entries.step()) {
    if (entries.integer(0) != tree.size()) {
      throw Error(connection.path().string() + " does not hold together: entry " +
                  std::to_string(tree.size()) + " is missing");
    }
    tree.append(ledger::leaf_hash(entries.text(1)), [&](std::int64_t index, const ledger::Hash& hash) {
      if (has_tree) nodes.require(index, hash);
    });
  }
  if (has_tree && nodes.more()) {
    throw Error(connection.path().string() + " does not hold together: its tree has more nodes than entries");
  }
  const ledger::Hash root = tree.root();
  return {tree.size(), to_base64(bytes_of(root)), version < newest_schema()};
}

void move_aside(const fs::path& path, const fs::path& aside) {
  if (rename(path.c_str(), aside.c_str()) != 0 && errno != ENOENT) fail(path, "cannot be moved aside");
}

// An open lock on the present database that keeps every other process out; none when it is missing or too
// damaged to be opened, and then nobody can work with it anyway.
std::unique_ptr<SqliteConnection> keep_others_out(const fs::path& live) {
  try {
    auto connection = std::make_unique<SqliteConnection>(live, Access::ReadWrite, kLongEnough);
    require_application_id(*connection);
    leave_wal(*connection);
    connection->execute("BEGIN EXCLUSIVE");
    return connection;
  } catch (const StoreBusy&) {
    throw StoreBusy("another process has the database " + live.string() +
                    " open: end it, then restore again; nothing was changed");
  } catch (const Error&) {
    return nullptr;
  }
}

}  // namespace

void copy_database(const fs::path& from, const fs::path& to) {
  SqliteConnection source(from, Access::ReadOnly, kLongEnough);
  require_known_schema(source);
  create_empty(to);
  try {
    {
      SqliteConnection target(to, Access::ReadWrite, kLongEnough);
      try {
        SQLite::Backup(target.database(), source.database()).executeStep(-1);
      } catch (const SQLite::Exception& error) {
        throw_translated(error, error.getErrorCode() == SQLITE_FULL ? to : from);
      }
      leave_wal(target);
    }
    sync_to_disk(to, O_RDWR);
    sync_folder_of(to);
  } catch (...) {
    unlink(to.c_str());
    throw;
  }
}

CopyState verify_copy(const fs::path& path) {
  SqliteConnection connection(path, Access::ReadOnly, kLongEnough);
  require_known_schema(connection);
  require_integrity(connection);
  return require_tree(connection);
}

void name_copy(const fs::path& copy, const fs::path& name) {
  if (link(copy.c_str(), name.c_str()) != 0) fail(name, "cannot be created");
  unlink(copy.c_str());
  sync_folder_of(name);
}

void settle(const fs::path& path) {
  {
    SqliteConnection connection(path, Access::ReadWrite, kLongEnough);
    leave_wal(connection);
  }
  sync_to_disk(path, O_RDWR);
}

void replace_database(const fs::path& live, const fs::path& fresh, const fs::path& aside) {
  const bool missing = !fs::exists(live);
  const auto lock = missing ? nullptr : keep_others_out(live);
  if (!missing && link(live.c_str(), aside.c_str()) != 0) fail(live, "cannot be kept as " + aside.string());
  // A log that belongs to another database must never meet the new one.
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    move_aside(live.string() + suffix, aside.string() + suffix);
  }
  sync_folder_of(live);
  if (rename(fresh.c_str(), live.c_str()) != 0) fail(fresh, "cannot be put in place");
  sync_folder_of(live);
}

}  // namespace latchkey::store

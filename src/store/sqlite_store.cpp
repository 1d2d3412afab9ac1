// Transactions; sqlite_ledger.cpp, sqlite_questions.cpp, sqlite_jobs.cpp and sqlite_rows.cpp hold the rest of
// the class.
#include "store/sqlite_store.h"

#include <sqlite3.h>

#include "store/sqlite_schema.h"

namespace latchkey::store {

SqliteStore::SqliteStore(const std::filesystem::path& path, Clock& clock, Access access, Millis wait)
    : connection_(path, access, wait), clock_(clock) {
  require_application_id(connection_);
  if (const auto why = other_schema()) throw Error(*why);
  if (access == Access::ReadWrite) connection_.use_wal();
  changed_by_others();
}

// 16 MiB: rows of an import go all over the index of recipients, whose pages should not be read each time.
void SqliteStore::more_cache() {
  connection_.database().exec("PRAGMA cache_size=-16384");
}

void SqliteStore::write_a_lot() {
  more_cache();
  wal_keeper_ = std::make_unique<WalKeeper>(connection_.database().getHandle(), connection_.path());
}

std::optional<std::string> SqliteStore::other_schema() {
  const std::int64_t version = connection_.pragma("user_version");
  const std::int64_t newest = newest_schema();
  if (version == newest) return std::nullopt;
  const std::string schemas =
      " (schema " + std::to_string(version) + ", this program knows " + std::to_string(newest) + ")";
  return "the database " + connection_.path().string() +
         (version < newest ? " is older than this program" + schemas + ": run `latchkey migrate`"
                           : " was made by a newer Latchkey" + schemas);
}

Instant SqliteStore::begin() {
  LATCHKEY_CHECK(!in_transaction_);
  connection_.query("BEGIN IMMEDIATE").run();
  in_transaction_ = true;
  const Instant now = clock_.now();
  now_ = now.wall;
  try {
    // A restore puts another file in place while it holds this lock: nothing may go into the old one.
    connection_.require_same_file();
    // Only now, with the write lock, may what was known from before be trusted or read anew.
    const std::int64_t version = connection_.data_version();
    if (version != head_version_) {
      require_application_id(connection_);
      if (const auto why = other_schema()) throw EpochLost(*why);
      end_ = End{};
      end_.head = read_head();
      end_.tree = ledger::Frontier::read(end_.head.size, node_reader());
      head_version_ = version;
    }
  } catch (...) {
    rollback();
    throw;
  }
  end_before_ = end_;
  return now;
}

void SqliteStore::commit() {
  LATCHKEY_CHECK(in_transaction_);
  write_end();
  connection_.query("COMMIT").run();
  in_transaction_ = false;
}

void SqliteStore::rollback() {
  if (!in_transaction_) return;
  in_transaction_ = false;
  end_ = end_before_;
  head_version_ = -1;
  if (!rolled_back_by_itself()) connection_.query("ROLLBACK").run();
}

void SqliteStore::savepoint() {
  LATCHKEY_CHECK(in_transaction_);
  connection_.query("SAVEPOINT item").run();
  end_at_savepoint_ = end_;  // with what is in no table yet: a rollback takes it out of them again
}

void SqliteStore::release_savepoint() {
  connection_.query("RELEASE item").run();
}

void SqliteStore::rollback_to_savepoint() {
  end_ = end_at_savepoint_;
  // An error that made SQLite roll back everything (a full disk) has taken the savepoint with it.
  if (rolled_back_by_itself()) return;
  connection_.query("ROLLBACK TO item").run();
  connection_.query("RELEASE item").run();
}

bool SqliteStore::rolled_back_by_itself() {
  return sqlite3_get_autocommit(connection_.database().getHandle()) != 0;
}

Query SqliteStore::write(const char* sql) {
  LATCHKEY_CHECK(in_transaction_);
  return connection_.query(sql);
}

bool SqliteStore::changed_by_others() {
  const std::int64_t version = connection_.data_version();
  const bool changed = version != data_version_;
  data_version_ = version;
  return changed;
}

Head SqliteStore::head() {
  if (!in_transaction_) return read_head();
  return end_.head;
}

}  // namespace latchkey::store

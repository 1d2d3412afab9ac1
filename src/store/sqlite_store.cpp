// Transactions and the ledger; sqlite_jobs.cpp and sqlite_rows.cpp hold the rest of the class.
#include "store/sqlite_store.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/time_text.h"
#include "store/sqlite_schema.h"

namespace latchkey::store {

SqliteStore::SqliteStore(const std::filesystem::path& path, Clock& clock, Access access, Millis wait)
    : connection_(path, access, wait), clock_(clock) {
  require_application_id(connection_);
  if (const auto why = other_schema()) throw Error(*why);
  if (access == Access::ReadWrite) connection_.use_wal();
  changed_by_others();
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
    // Only now, with the write lock, may what was known from before be trusted or read anew.
    const std::int64_t version = connection_.data_version();
    if (version != head_version_) {
      require_application_id(connection_);
      if (const auto why = other_schema()) throw EpochLost(*why);
      head_ = read_head();
      head_version_ = version;
    }
  } catch (...) {
    rollback();
    throw;
  }
  head_before_ = head_;
  return now;
}

void SqliteStore::commit() {
  LATCHKEY_CHECK(in_transaction_);
  connection_.query("COMMIT").run();
  in_transaction_ = false;
}

void SqliteStore::rollback() {
  if (!in_transaction_) return;
  in_transaction_ = false;
  head_ = head_before_;
  head_version_ = -1;
  if (!rolled_back_by_itself()) connection_.query("ROLLBACK").run();
}

void SqliteStore::savepoint() {
  LATCHKEY_CHECK(in_transaction_);
  connection_.query("SAVEPOINT item").run();
  head_at_savepoint_ = head_;
}

void SqliteStore::release_savepoint() {
  connection_.query("RELEASE item").run();
}

void SqliteStore::rollback_to_savepoint() {
  head_ = head_at_savepoint_;
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
  return head_;
}

Head SqliteStore::read_head() {
  auto query = connection_.query("SELECT seq, t FROM ledger ORDER BY seq DESC LIMIT 1");
  if (!query.step()) return Head{};
  const auto time = parse_rfc3339(query.text(1));
  if (!time) throw Error("the last entry of the ledger has no readable time");
  return Head{query.integer(0) + 1, *time};
}

std::int64_t SqliteStore::append(ledger::Entry& entry) {
  entry.seq = head_.size;
  entry.t = std::max(now_, head_.last_time);
  if (now_ < head_.last_time) entry.clock = now_;
  write("INSERT INTO ledger (seq, entry) VALUES (?, ?)").bind(entry.seq).bind(ledger::encode(entry)).run();
  ++head_.size;
  head_.last_time = entry.t;
  return entry.seq;
}

std::optional<std::string> SqliteStore::entry(std::int64_t seq) {
  auto query = connection_.query("SELECT entry FROM ledger WHERE seq = ?");
  query.bind(seq);
  if (!query.step()) return std::nullopt;
  return query.text(0);
}

// Entry times never decrease, so a time is found in seq by bisection.
std::int64_t SqliteStore::first_seq_at(TimePoint time) {
  const std::string text = format_utc(time);
  std::int64_t low = 0;
  std::int64_t high = read_head().size;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    auto query = connection_.query("SELECT t < ? FROM ledger WHERE seq = ?");
    query.bind(text).bind(middle);
    if (query.step() && query.integer(0) != 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void SqliteStore::each_entry(const EntryFilter& filter,
                             const std::function<bool(const std::string&)>& visit) {
  const std::int64_t from = filter.from ? first_seq_at(*filter.from) : 0;
  const std::int64_t to = filter.to ? first_seq_at(*filter.to) : read_head().size;
  const auto bind_and_visit = [&](Query query) {
    query.bind(from).bind(to);
    query.bind(filter.type ? std::optional(ledger::name(*filter.type)) : std::nullopt);
    query.bind(filter.provider ? std::optional(job::name(*filter.provider)) : std::nullopt);
    query.bind(filter.outcome ? std::optional(job::name(*filter.outcome)) : std::nullopt);
    query.bind(filter.code ? std::optional(job::name(*filter.code)) : std::nullopt);
    while (query.step() && visit(query.text(0))) {
    }
  };
#define LATCHKEY_ENTRIES                                                                                    \
  "SELECT entry FROM ledger WHERE seq >= ?1 AND seq < ?2 AND (?3 IS NULL OR type = ?3) AND (?4 IS NULL OR " \
  "provider = ?4) AND (?5 IS NULL OR outcome = ?5) AND (?6 IS NULL OR code = ?6) ORDER BY seq "
  if (filter.newest_first) {
    bind_and_visit(connection_.query(LATCHKEY_ENTRIES "DESC"));
  } else {
    bind_and_visit(connection_.query(LATCHKEY_ENTRIES "ASC"));
  }
#undef LATCHKEY_ENTRIES
}

}  // namespace latchkey::store

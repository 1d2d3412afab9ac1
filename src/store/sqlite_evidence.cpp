// Straight through SQLite's own interface: these statements read millions of rows once, and SQLiteCpp makes a
// copy of each value and counts references to each statement.
#include "store/sqlite_evidence.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "base/crypto.h"
#include "base/encoding.h"
#include "store/migrations.h"
#include "store/sqlite_connection.h"
#include "store/sqlite_schema.h"

namespace latchkey::store {
namespace {

using FilePath = std::filesystem::path;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;

[[noreturn]] void throw_error(sqlite3* database, const FilePath& path) {
  const SQLite::Exception error(database);
  const int code = error.getErrorCode() & 0xFF;
  try {
    throw_translated(error, path);
  } catch (const Error& translated) {
    // SQLITE_ERROR: a table is missing, or an index is computed from an entry that is no JSON any more.
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR) {
      throw Damaged(translated.what());
    }
    throw;
  }
}

/// A statement that is read once.
class Reading {
 public:
  Reading(sqlite3* database, const FilePath& path, const char* sql) : database_(database), path_(path) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) != SQLITE_OK)
      throw_error(database_, path_);
    statement_.reset(statement);
  }
  void bind(int parameter, std::int64_t value) { sqlite3_bind_int64(statement_.get(), parameter, value); }
  void bind(int parameter, std::string_view text) {
    sqlite3_bind_text(statement_.get(), parameter, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  }
  bool step() {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) throw_error(database_, path_);
    return code == SQLITE_ROW;
  }
  bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  // As a blob, so that what stands there is seen byte for byte, whatever type it has.
  std::string_view bytes(int column) const {
    const void* bytes = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  }
  std::optional<std::string_view> optional_bytes(int column) const {
    return is_null(column) ? std::nullopt : std::optional(bytes(column));
  }
  std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }

 private:
  sqlite3* database_;
  const FilePath& path_;
  std::unique_ptr<sqlite3_stmt, FinishStatement> statement_;
};

template <typename Row, typename Read>
class ReadRows final : public Rows<Row> {
 public:
  ReadRows(Reading reading, Read read) : reading_(std::move(reading)), read_(read) {}
  bool next(Row& row) override {
    if (!reading_.step()) return false;
    read_(reading_, row);
    return true;
  }

 private:
  Reading reading_;
  Read read_;
};

template <typename Row, typename Read>
std::unique_ptr<Rows<Row>> rows(Reading reading, Read read) {
  return std::make_unique<ReadRows<Row, Read>>(std::move(reading), read);
}

// The nodes of the tree one by one, out of rows that hold several. A row that is no whole number of them is
// given as it is.
class NodesOf final : public Rows<ledger::NodeRow> {
 public:
  NodesOf(Reading reading, std::int64_t end) : reading_(std::move(reading)), end_(end) {}
  bool next(ledger::NodeRow& row) override {
    if (left_.empty()) {
      if (!reading_.step()) return false;
      next_ = reading_.integer(0);
      left_ = reading_.bytes(1);
      if (left_.empty() || left_.size() % kNode != 0) {
        row = {next_, left_.substr(0, kNode - 1)};
        left_ = {};
        return true;
      }
    }
    if (next_ >= end_) return false;
    row = {next_++, left_.substr(0, kNode)};
    left_.remove_prefix(kNode);
    return true;
  }

 private:
  static constexpr std::size_t kNode = sizeof(ledger::Hash);
  Reading reading_;
  std::int64_t end_;
  std::int64_t next_ = 0;
  std::string_view left_;
};

// A path as part of a URI (https://www.sqlite.org/uri.html).
std::string uri_of(const FilePath& path, bool immutable) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += "%" + to_hex(std::string(1, c));
    } else {
      uri += c;
    }
  }
  return uri + (immutable ? "?mode=ro&immutable=1" : "?mode=ro");
}

class SqliteEvidence final : public Evidence {
 public:
  SqliteEvidence(const FilePath& path, bool immutable) : path_(path) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(uri_of(path, immutable).c_str(), &database,
                                     SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
    database_.reset(database);
    if (code != SQLITE_OK) throw_error(database, path_);
    sqlite3_busy_timeout(database, 5000);
    execute("BEGIN");
    // The snapshot is taken by the first read.
    require_our_schema();
  }

  std::int64_t size() override { return number("SELECT coalesce(max(seq), -1) + 1 FROM ledger"); }

  std::unique_ptr<Rows<EntryRow>> entries(std::int64_t size) override {
    Reading reading = read("SELECT seq, entry FROM ledger WHERE seq < ? ORDER BY seq");
    reading.bind(1, size);
    return rows<EntryRow>(std::move(reading), [](const Reading& from, EntryRow& row) {
      row = {from.integer(0), from.bytes(1)};
    });
  }

  std::optional<std::string> entry(std::int64_t seq) override {
    Reading reading = read("SELECT entry FROM ledger WHERE seq = ?");
    reading.bind(1, seq);
    if (!reading.step()) return std::nullopt;
    return std::string(reading.bytes(0));
  }

  std::unique_ptr<Rows<ledger::IndexRow>> index(ledger::EntryIndex index) override {
    Reading reading = read("SELECT value, seq FROM ledger_index WHERE member = ?");
    reading.bind(1, name(index));
    return rows<ledger::IndexRow>(std::move(reading), [](const Reading& from, ledger::IndexRow& row) {
      row = {from.bytes(0), from.integer(1)};
    });
  }

  std::unique_ptr<Rows<ledger::NodeRow>> nodes(std::optional<std::int64_t> below) override {
    const std::int64_t end = below.value_or(std::numeric_limits<std::int64_t>::max());
    Reading reading = read("SELECT idx, hashes FROM ledger_node WHERE idx < ? ORDER BY idx");
    reading.bind(1, end);
    return std::make_unique<NodesOf>(std::move(reading), end);
  }

  std::int64_t last_node() override {
    return number(
        "SELECT coalesce((SELECT idx + max(length(hashes) / 32, 1) - 1 FROM ledger_node ORDER BY idx DESC "
        "LIMIT 1), -1)");
  }

  std::unique_ptr<Rows<CheckpointRow>> checkpoints() override {
    return rows<CheckpointRow>(read("SELECT id, size, note FROM checkpoints ORDER BY id"),
                               [](const Reading& from, CheckpointRow& row) {
                                 row = {from.integer(0), from.integer(1), from.bytes(2)};
                               });
  }

  std::unique_ptr<Rows<ledger::JobRow>> jobs() override {
    return rows<ledger::JobRow>(
        read("SELECT request_id, provider, subject, hand_over, batch, state, step, cancel_requested, due_at, "
             "expires_at, fresh_until, lifetime, created_at, attempts, tries, unknown_retried, epoch, "
             "last_seq, outcome, code, finished_at, reprocess_of, reprocessed_as "
             "FROM jobs NOT INDEXED ORDER BY id"),
        [](const Reading& from, ledger::JobRow& row) {
          int text = 0;
          for (std::string_view* column :
               {&row.request_id, &row.provider, &row.subject, &row.hand_over, &row.batch, &row.state}) {
            *column = from.bytes(text++);
          }
          int at = text;
          for (std::int64_t* column : {&row.step, &row.cancel_requested, &row.due_at, &row.expires_at,
                                       &row.fresh_until, &row.lifetime, &row.created_at, &row.attempts,
                                       &row.tries, &row.unknown_retried, &row.epoch, &row.last_seq}) {
            *column = from.integer(at++);
          }
          row.outcome = from.optional_bytes(at);
          row.code = from.optional_bytes(at + 1);
          row.finished_at = from.optional_integer(at + 2);
          row.reprocess_of = from.optional_bytes(at + 3);
          row.reprocessed_as = from.optional_bytes(at + 4);
        });
  }

  std::unique_ptr<Rows<ledger::SubjectRow>> subjects() override {
    return rows<ledger::SubjectRow>(
        read("SELECT id, provider, recipient, address, salt, last_accepted_seq, deliver_to FROM subjects "
             "ORDER BY id"),
        [](const Reading& from, ledger::SubjectRow& row) {
          row = {from.bytes(0),         from.bytes(1), from.bytes(2),
                 from.bytes(3),         from.bytes(4), from.optional_integer(5),
                 from.optional_bytes(6)};
        });
  }

  std::unique_ptr<Rows<ledger::PrunedRow>> pruned_jobs() override {
    return rows<ledger::PrunedRow>(read("SELECT request_id, last_seq FROM pruned_jobs ORDER BY request_id"),
                                   [](const Reading& from, ledger::PrunedRow& row) {
                                     row = {from.bytes(0), from.integer(1)};
                                   });
  }

  std::vector<std::string> integrity_faults() override {
    std::vector<std::string> faults;
    const auto run = [&](const char* sql) {
      Reading reading = read(sql);
      while (reading.step()) {
        if (reading.bytes(0) != "ok") faults.emplace_back(reading.bytes(0));
      }
    };
    // Every page of the file, the free ones too, and every row.
    run("PRAGMA quick_check");
    // And the rows of every index. These tables have none.
    run("SELECT integrity_check FROM sqlite_master, pragma_integrity_check(name) "
        "WHERE type = 'table' AND name NOT IN ('ledger', 'ledger_index', 'ledger_node')");
    return faults;
  }

  std::vector<std::string> schema_faults() override {
    static const std::vector<SchemaPart> wanted = schema_of_new_database();
    std::vector<std::string> faults = differences(wanted, schema());
    Reading reading = read("SELECT number, checksum FROM migrations ORDER BY number");
    for (const Migration& migration : embedded_migrations()) {
      const bool same = reading.step() && reading.integer(0) == migration.number &&
                        reading.bytes(1) == to_hex(sha256(migration.sql));
      if (!same)
        faults.push_back("migration " + migration.name + " is not the one that this program carries");
    }
    if (reading.step()) faults.emplace_back("a migration was applied that this program does not know");
    return faults;
  }

 private:
  void execute(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw_error(database_.get(), path_);
    }
  }
  Reading read(const char* sql) { return Reading(database_.get(), path_, sql); }
  std::int64_t number(const char* sql) {
    Reading reading = read(sql);
    LATCHKEY_CHECK(reading.step());
    return reading.integer(0);
  }

  void require_our_schema() {
    const std::int64_t version = number("PRAGMA user_version");
    number("SELECT count(*) FROM sqlite_master");
    if (number("PRAGMA application_id") != kApplicationId) {
      throw Error("the database " + path_.string() + " belongs to another program");
    }
    if (version == newest_schema()) return;
    const std::string schemas = " (schema " + std::to_string(version) + ", this program knows " +
                                std::to_string(newest_schema()) + ")";
    throw Error("the database " + path_.string() +
                (version < newest_schema()
                     ? " is older than this program" + schemas +
                           ": verify it with the version that wrote it, or run `latchkey migrate`"
                     : " was made by a newer Latchkey" + schemas));
  }

  std::vector<SchemaPart> schema() {
    std::vector<SchemaPart> parts;
    Reading reading = read(kSchemaQuery);
    while (reading.step()) {
      parts.push_back({std::string(reading.bytes(0)), std::string(reading.bytes(1))});
    }
    return parts;
  }

  static std::vector<std::string> differences(const std::vector<SchemaPart>& wanted,
                                              const std::vector<SchemaPart>& found) {
    std::vector<std::string> faults;
    const auto find = [](const std::vector<SchemaPart>& in, const SchemaPart& part) {
      return std::find_if(in.begin(), in.end(), [&](const SchemaPart& one) { return one.name == part.name; });
    };
    for (const SchemaPart& part : wanted) {
      const auto at = find(found, part);
      if (at == found.end()) faults.push_back(part.name + " is missing");
      if (at != found.end() && at->sql != part.sql) faults.push_back(part.name + " was changed");
    }
    for (const SchemaPart& part : found) {
      if (find(wanted, part) == wanted.end())
        faults.emplace_back("something was added that is not Latchkey's");
    }
    return faults;
  }

  const FilePath path_;
  Handle database_;
};

}  // namespace

OpenEvidence sqlite_evidence(const std::filesystem::path& path) {
  bool immutable = false;
  try {
    SqliteEvidence(path, false);
  } catch (const Damaged&) {
    throw;
  } catch (const Error&) {
    // SQLite wants to put its files beside a database in WAL mode. Without them it may be read where nobody
    // writes; what a WAL holds would be left out, though.
    std::error_code ignored;
    const FilePath wal = path.string() + "-wal";
    if (std::filesystem::exists(wal, ignored) && std::filesystem::file_size(wal, ignored) != 0) throw;
    SqliteEvidence(path, true);
    immutable = true;
  }
  return [path, immutable] { return std::make_unique<SqliteEvidence>(path, immutable); };
}

}  // namespace latchkey::store

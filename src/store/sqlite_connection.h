#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "base/error.h"

namespace latchkey::store {

/// Turns SQLite's complaint into ours: StoreBusy, or Error with one sentence that says what is wrong with
/// `path`.
[[noreturn]] void throw_translated(const SQLite::Exception& error, const std::filesystem::path& path);

/// One run of a prepared statement. Resets it at the end, since a statement left open holds a snapshot and
/// keeps SQLite's WAL checkpoints from finishing.
class Query {
 public:
  Query(SQLite::Statement& statement, const std::filesystem::path& path)
      : statement_(statement), path_(path) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Binds the next parameter.
  Query& bind(std::int64_t value);
  Query& bind(int value) { return bind(std::int64_t{value}); }
  Query& bind(bool value) { return bind(std::int64_t{value}); }
  Query& bind(TimePoint value) { return bind(to_ms(value)); }
  Query& bind(std::string_view text);
  Query& bind(const std::string& text);
  Query& bind(const char* text) { return bind(std::string_view(text)); }
  Query& bind_blob(std::string_view bytes);
  Query& bind_null();
  template <typename Value>
  Query& bind(const std::optional<Value>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// Next row; false at the end.
  bool step();
  /// Runs to the end and returns how many rows were changed.
  int run();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  /// The same without a copy: valid until the next step.
  std::string_view text_view(int column) const;
  std::string blob(int column) const;
  TimePoint time(int column) const { return from_ms(integer(column)); }
  std::optional<TimePoint> optional_time(int column) const;

 private:
  SQLite::Statement& statement_;
  const std::filesystem::path& path_;
  int next_parameter_ = 1;
};

/// The value that a word of the database stands for. One that no version wrote is damage, not input.
template <typename Value>
Value known(std::optional<Value> value) {
  if (!value) throw Error("the database holds a word that this version does not know");
  return *value;
}

/// What a connection may do; one that only reads leaves the file as it is.
enum class Access { ReadWrite, ReadOnly };

/// A database connection with Latchkey's settings and its prepared statements.
class SqliteConnection {
 public:
  /// `wait`: how long another writer is waited for. Changes nothing in the file. Throws Error when it cannot
  /// be opened.
  SqliteConnection(const std::filesystem::path& path, Access access, Millis wait);

  /// A statement prepared at its first use. `sql` must be a literal: it is the key.
  Query query(const char* sql);
  /// For statements that are used once.
  void execute(const std::string& sql);
  /// Keeps the database in WAL mode from now on. Writes to a file that is in another mode, so only once it is
  /// known to be ours.
  void use_wal();
  std::int64_t pragma(const char* name);
  /// Changes when another connection, in any process, has committed.
  std::int64_t data_version();

  /// Writes the WAL into the database and empties it, without waiting. False when a reader or writer is in
  /// the way.
  bool empty_wal();
  /// Writes the whole database anew (VACUUM), so that no page holds anything that is not in it. False when
  /// another connection is in the way.
  bool rewrite();

  /// Throws Error unless the path still leads to the file that was opened.
  void require_same_file() const;

  const std::filesystem::path& path() const { return path_; }
  SQLite::Database& database() { return *database_; }

 private:
  std::filesystem::path path_;
  std::pair<dev_t, ino_t> file_;
  Millis wait_;
  std::unique_ptr<SQLite::Database> database_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace latchkey::store

#include "store/sqlite_connection.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "store/store.h"

namespace latchkey::store {
namespace {

std::string sentence(int code, int extended) {
  switch (code) {
    case SQLITE_CORRUPT:
      return "is damaged: restore it from a backup";
    case SQLITE_NOTADB:
      return "is not a Latchkey database";
    case SQLITE_READONLY:
      return "cannot be written: check its permissions and those of its folder";
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "may not be opened: check its permissions";
    case SQLITE_FULL:
      return "cannot grow: the disk is full";
    case SQLITE_CANTOPEN:
      return "cannot be opened: check that the file and its folder exist and may be read and written";
    case SQLITE_IOERR:
      return "had an input/output error (" + std::to_string(extended) + ")";
    default:
      return "had an unexpected error (" + std::to_string(extended) + ")";
  }
}

// Before the first connection of the process. Nobody asks how much memory SQLite has in use, and counting it
// takes a lock for each piece.
void configure_library() {
  static const int result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)result;  // whatever opened a database before us goes on as it began
}

// Device and inode of what the path leads to; a file that is not there is (0, 0). It is not opened: closing
// it would drop SQLite's locks.
std::pair<dev_t, ino_t> file_at(const std::filesystem::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

// A database that nobody can be writing: it and its folder cannot be written, as with a copy on a read-only
// disk, and no log lies beside it. SQLite has to be told, since it would want to create files of its own
// there.
bool is_still(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  for (const std::filesystem::path& one : {path, folder}) {
    if (::access(one.c_str(), W_OK) == 0 || (errno != EACCES && errno != EROFS)) return false;
  }
  std::error_code error;
  const auto log_size = std::filesystem::file_size(path.string() + "-wal", error);
  return error || log_size == 0;
}

// The path as an SQLite URI, which gives some characters a meaning.
std::string immutable_uri(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : path.string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

void throw_translated(const SQLite::Exception& error, const std::filesystem::path& path) {
  const int code = error.getErrorCode() & 0xFF;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    throw StoreBusy("the database " + path.string() + " is busy with another writer: try again");
  }
  const int extended = error.getExtendedErrorCode();
  std::string text = "the database " + path.string() + " " + sentence(code, extended);
  if (code == SQLITE_FULL || extended == SQLITE_IOERR_SHMSIZE) throw DiskFull(text);
  if (extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC) {
    throw SyncFailed("the disk could not make durable what was written to the database " + path.string() +
                     ": look at the kernel's log before it is used again");
  }
  // SQLite's own words name tables and columns, never values.
  if (code == SQLITE_ERROR || code == SQLITE_CONSTRAINT || code == SQLITE_MISUSE) {
    text += std::string(": ") + error.what();
  }
  throw Error(text);
}

Query::~Query() {
  statement_.tryReset();
  try {
    statement_.clearBindings();
  } catch (const SQLite::Exception&) {
    // Bindings are replaced at the next use; there is nothing to undo.
  }
}

Query& Query::bind(std::int64_t value) {
  statement_.bind(next_parameter_++, value);
  return *this;
}

Query& Query::bind(std::string_view text) {
  statement_.bind(next_parameter_++, std::string(text));
  return *this;
}

Query& Query::bind(const std::string& text) {
  statement_.bind(next_parameter_++, text);
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  statement_.bind(next_parameter_++, bytes.data(), static_cast<int>(bytes.size()));
  return *this;
}

Query& Query::bind_null() {
  statement_.bind(next_parameter_++);
  return *this;
}

bool Query::step() {
  try {
    return statement_.executeStep();
  } catch (const SQLite::Exception& error) {
    throw_translated(error, path_);
  }
}

int Query::run() {
  while (step()) {
  }
  return statement_.getChanges();
}

bool Query::is_null(int column) const {
  return statement_.getColumn(column).isNull();
}
std::int64_t Query::integer(int column) const {
  return statement_.getColumn(column).getInt64();
}

std::string Query::text(int column) const {
  return std::string(text_view(column));
}

std::string_view Query::text_view(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  const char* bytes = value.getText();
  return {bytes, static_cast<std::size_t>(value.getBytes())};
}

std::string Query::blob(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  const void* bytes = value.getBlob();
  return std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(value.getBytes()));
}

std::optional<TimePoint> Query::optional_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

SqliteConnection::SqliteConnection(const std::filesystem::path& path, Access access, Millis wait)
    : path_(path), wait_(wait) {
  // Asked before SQLite opens it: SQLite would fall back to reading, and fail at the first write.
  if (access == Access::ReadWrite && ::access(path.c_str(), W_OK) != 0 &&
      (errno == EACCES || errno == EROFS)) {
    throw Error("the database " + path.string() + " " + sentence(SQLITE_READONLY, 0));
  }
  try {
    const bool still = access == Access::ReadOnly && is_still(path);
    configure_library();
    // No lock around each of SQLite's calls: a connection is one thread's at a time.
    const int flags =
        SQLite::OPEN_NOMUTEX | (access == Access::ReadOnly ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE);
    database_ = std::make_unique<SQLite::Database>(still ? immutable_uri(path) : path.string(),
                                                   flags | (still ? SQLite::OPEN_URI : 0),
                                                   static_cast<int>(wait.count()));
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (access == Access::ReadWrite) {
      database_->exec("PRAGMA synchronous=FULL");
      // A log that somebody's long reading has let grow is cut once it begins anew: a long one means that it
      // still does.
      database_->exec("PRAGMA journal_size_limit=33554432");
      database_->exec("PRAGMA recursive_triggers=ON");
      database_->exec("PRAGMA secure_delete=ON");
    }
  } catch (const SQLite::Exception& error) {
    throw_translated(error, path_);
  }
  file_ = file_at(path_);
}

void SqliteConnection::require_same_file() const {
  if (file_at(path_) == file_) return;
  throw Error(
      "the database " + path_.string() +
      " was removed or replaced while it was in use: put the file back, or start anew with what is there");
}

Query SqliteConnection::query(const char* sql) {
  auto& statement = statements_[sql];
  try {
    if (!statement) statement = std::make_unique<SQLite::Statement>(*database_, sql);
  } catch (const SQLite::Exception& error) {
    throw_translated(error, path_);
  }
  return Query(*statement, path_);
}

void SqliteConnection::execute(const std::string& sql) {
  try {
    database_->exec(sql);
  } catch (const SQLite::Exception& error) {
    throw_translated(error, path_);
  }
}

std::int64_t SqliteConnection::pragma(const char* name) {
  try {
    return database_->execAndGet(std::string("PRAGMA ") + name).getInt64();
  } catch (const SQLite::Exception& error) {
    throw_translated(error, path_);
  }
}

void SqliteConnection::use_wal() {
  execute("PRAGMA journal_mode=WAL");
}

bool SqliteConnection::empty_wal() {
  // With a time to wait, SQLite would keep all writers out while it waits for a reader.
  sqlite3_busy_timeout(database_->getHandle(), 0);
  const int result = sqlite3_wal_checkpoint_v2(database_->getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr);
  sqlite3_busy_timeout(database_->getHandle(), static_cast<int>(wait_.count()));
  if (result == SQLITE_OK) return true;
  if ((result & 0xFF) == SQLITE_BUSY || (result & 0xFF) == SQLITE_LOCKED) return false;
  throw_translated(SQLite::Exception(database_->getHandle(), result), path_);
}

bool SqliteConnection::rewrite() {
  try {
    execute("VACUUM");
    return true;
  } catch (const StoreBusy&) {
    return false;
  }
}

std::int64_t SqliteConnection::data_version() {
  auto statement = query("PRAGMA data_version");
  LATCHKEY_CHECK(statement.step());
  return statement.integer(0);
}

}  // namespace latchkey::store

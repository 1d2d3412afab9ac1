#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "store/sqlite_wal_keeper.h"
#include "tests/support/temp_dir.h"

namespace latchkey::store {
namespace {

constexpr std::int64_t kPage = 4096;

/// A database of one table in WAL mode, and a connection that writes to it.
struct Written {
  TempDir folder;
  std::filesystem::path path = folder / "test.db";
  sqlite3* database = nullptr;

  Written() {
    BOOST_REQUIRE_EQUAL(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; CREATE TABLE t (x BLOB)");
  }
  ~Written() { sqlite3_close(database); }
  void run(const std::string& sql) {
    BOOST_REQUIRE_EQUAL(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  }
  /// Some 50 pages a commit, always the same ones.
  void commit(int times) {
    for (int i = 0; i < times; ++i) {
      run("BEGIN; DELETE FROM t; INSERT INTO t VALUES (randomblob(200000)); COMMIT");
    }
  }
  std::int64_t log_pages() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(path.string() + "-wal")) / kPage;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_wal_keeper_tests)

BOOST_AUTO_TEST_CASE(log_stays_bounded_whenever_the_thread_gets_to_run) {
  Written written;
  const WalKeeper keeper(written.database, written.path);
  written.commit(1000);  // 50,000 pages
  BOOST_TEST(written.log_pages() < 5000);
}

BOOST_AUTO_TEST_CASE(log_that_a_reader_holds_begins_anew_once_it_has_gone) {
  Written written;
  const WalKeeper keeper(written.database, written.path);
  written.commit(1);
  sqlite3* reader = nullptr;
  BOOST_REQUIRE_EQUAL(sqlite3_open(written.path.c_str(), &reader), SQLITE_OK);
  BOOST_REQUIRE_EQUAL(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM t", nullptr, nullptr, nullptr),
                      SQLITE_OK);
  written.commit(200);
  const std::int64_t held = written.log_pages();
  BOOST_TEST(held > 8000);
  sqlite3_close(reader);
  written.commit(1000);
  BOOST_TEST(written.log_pages() < held + 5000);
}

BOOST_AUTO_TEST_CASE(connection_looks_after_its_log_by_itself_afterwards) {
  Written written;
  { const WalKeeper keeper(written.database, written.path); }
  written.commit(200);
  BOOST_TEST(written.log_pages() < 1200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store

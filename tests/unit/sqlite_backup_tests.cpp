#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "store/sqlite_backup.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace latchkey::store {
namespace {

namespace fs = std::filesystem;

// A database in use.
struct InUse {
  explicit InUse(int entries = 5) {
    create_database(path, clock);
    store = std::make_unique<SqliteStore>(path, clock);
    for (int i = 0; i < entries; ++i) append();
  }
  void append() {
    Transaction transaction(*store);
    ledger::Entry entry;
    entry.type = ledger::EntryType::ConfigChanged;
    store->append(entry);
    transaction.commit();
  }
  // As somebody with an editor for databases would.
  void tamper(const fs::path& file, const std::string& sql) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    database.exec(sql);
  }
  std::int64_t entries_in(const fs::path& file) { return SqliteStore(file, clock).head().size; }

  TempDir folder;
  FakeClock clock;
  const fs::path path = folder / "latchkey.db";
  const fs::path copy = folder / "copy.db";
  const fs::path aside = folder / "aside.db";
  std::unique_ptr<SqliteStore> store;
};

std::string why(const std::function<void()>& action) {
  try {
    action();
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_backup_tests)

BOOST_FIXTURE_TEST_CASE(copy_is_one_private_file_as_of_one_moment, InUse) {
  store->begin();  // a writer in the middle of something
  ledger::Entry entry;
  entry.type = ledger::EntryType::ConfigChanged;
  store->append(entry);
  copy_database(path, copy);
  store->commit();
  BOOST_TEST(verify_copy(copy).entries == 5);
  struct stat info {};
  BOOST_REQUIRE_EQUAL(stat(copy.c_str(), &info), 0);
  BOOST_TEST((info.st_mode & 0777) == 0600U);
  BOOST_TEST(!fs::exists(copy.string() + "-wal"));
  append();
  BOOST_TEST(verify_copy(copy).entries == 5);
  BOOST_TEST(verify_copy(copy).root.size() == 44U);
}

BOOST_FIXTURE_TEST_CASE(copy_never_replaces_a_file, InUse) {
  std::ofstream(copy) << "precious";
  BOOST_CHECK_THROW(copy_database(path, copy), Error);
  BOOST_TEST(fs::file_size(copy) == 8U);
  const fs::path other = folder / "other.db";
  copy_database(path, other);
  BOOST_CHECK_THROW(name_copy(other, copy), Error);
  BOOST_TEST(fs::file_size(copy) == 8U);
  BOOST_TEST(fs::exists(other));
}

BOOST_FIXTURE_TEST_CASE(copy_that_was_changed_does_not_verify, InUse) {
  const auto changed = [&](const std::string& sql) {
    fs::remove(copy);
    copy_database(path, copy);
    tamper(copy, sql);
    return why([&] { verify_copy(copy); });
  };
  BOOST_TEST(changed("SELECT 1") == "");
  BOOST_TEST(says(changed("DROP TRIGGER ledger_never_changes; UPDATE ledger SET entry = replace(entry, "
                          "'uid', 'uix') || ' ' WHERE seq = 3"),
                  "node 4 "));
  BOOST_TEST(says(
      changed("DROP TRIGGER ledger_node_never_changes; UPDATE ledger_node SET hashes = CAST("
              "substr(hashes, 1, (2 - idx) * 32) || zeroblob(32) || substr(hashes, (3 - idx) * 32 + 1) AS "
              "BLOB) WHERE idx = (SELECT max(idx) FROM ledger_node WHERE idx <= 2)"),
      "node 2 "));
  BOOST_TEST(
      says(changed("DROP TRIGGER ledger_never_shrinks; DELETE FROM ledger WHERE seq = 1"), "entry 1 "));
  BOOST_TEST(
      says(changed("DROP TRIGGER ledger_never_shrinks; DELETE FROM ledger WHERE seq = 4"), "more nodes"));
  BOOST_TEST(says(changed("PRAGMA user_version = 99"), "newer"));
  BOOST_TEST(says(changed("PRAGMA application_id = 1"), "another program"));
}

BOOST_FIXTURE_TEST_CASE(damaged_copy_does_not_verify, InUse) {
  copy_database(path, copy);
  std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(2 * 4096);
  file << std::string(4096, 'x');
  file.close();
  BOOST_TEST(why([&] { verify_copy(copy); }) != "");
}

BOOST_FIXTURE_TEST_CASE(replaced_database_is_kept_aside_with_all_it_held, InUse) {
  copy_database(path, copy);
  append();
  store.reset();
  replace_database(path, copy, aside);
  BOOST_TEST(entries_in(path) == 5);
  BOOST_TEST(entries_in(aside) == 6);
  BOOST_TEST(!fs::exists(copy));
}

BOOST_FIXTURE_TEST_CASE(database_in_use_is_not_replaced, InUse) {
  copy_database(path, copy);
  BOOST_CHECK_THROW(replace_database(path, copy, aside), StoreBusy);
  append();
  BOOST_TEST(entries_in(path) == 6);
  BOOST_TEST(!fs::exists(aside));
  BOOST_TEST(fs::exists(copy));
}

BOOST_FIXTURE_TEST_CASE(missing_database_is_replaced_and_its_wal_never_meets_the_new_one, InUse) {
  copy_database(path, copy);
  append();
  fs::copy_file(path.string() + "-wal", folder / "left-wal");
  store.reset();
  fs::remove(path);
  fs::rename(folder / "left-wal", path.string() + "-wal");
  replace_database(path, copy, aside);
  BOOST_TEST(entries_in(path) == 5);
  BOOST_TEST(!fs::exists(aside));
  BOOST_TEST(fs::exists(aside.string() + "-wal"));
}

BOOST_FIXTURE_TEST_CASE(damaged_database_is_replaced_and_kept, InUse) {
  copy_database(path, copy);
  store.reset();
  std::ofstream(path, std::ios::binary) << "no database";
  replace_database(path, copy, aside);
  BOOST_TEST(entries_in(path) == 5);
  BOOST_TEST(fs::file_size(aside) == 11U);
}

// What a command that was waiting for the lock would write is refused, not lost.
BOOST_FIXTURE_TEST_CASE(nothing_is_written_into_a_database_that_was_moved_aside, InUse) {
  copy_database(path, copy);
  fs::rename(copy, path);
  BOOST_TEST(says(why([&] { append(); }), "was removed or replaced"));
}

BOOST_FIXTURE_TEST_CASE(settled_database_has_nothing_beside_it, InUse) {
  append();
  store.reset();
  { SqliteStore again(path, clock); }
  settle(path);
  BOOST_TEST(!fs::exists(path.string() + "-wal"));
  BOOST_TEST(entries_in(path) == 6);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store

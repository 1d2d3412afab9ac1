// What is no database of ours is refused with one sentence, and not a byte of it changes.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/files.h"
#include "store/migrations.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"
#include "support/temp_dir.h"

namespace latchkey::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLarge = 16 << 20;

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Every name in a folder with the digest of what it holds.
using Listing = std::map<std::string, std::string>;

Listing listing_of(const fs::path& folder) {
  Listing listing;
  for (const auto& item : fs::recursive_directory_iterator(folder)) {
    listing[item.path().string()] =
        item.is_regular_file() ? to_hex(sha256(read_file(item.path(), kLarge))) : "";
  }
  return listing;
}

// SQL by SQLite itself, without our settings and refusals.
void raw_sql(const fs::path& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  BOOST_REQUIRE_EQUAL(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* why = nullptr;
  const int code = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &why);
  const std::string text = why == nullptr ? "" : why;
  sqlite3_free(why);
  sqlite3_close(handle);
  BOOST_REQUIRE_MESSAGE(code == SQLITE_OK, text);
}

struct Folder {
  TempDir dir;
  fs::path path = dir / "latchkey.db";
  FakeClock clock;

  void create() { create_database(path, clock); }

  // `action` throws Error with `words` in its sentence, names the file, and leaves everything as it is.
  void check_refused(const std::string& words, const std::function<void()>& action) {
    const Listing before = listing_of(dir.path());
    BOOST_CHECK_EXCEPTION(action(), Error, [&](const Error& error) {
      const std::string text = error.what();
      BOOST_TEST_MESSAGE(text);
      const bool good = text.find(words) != std::string::npos &&
                        text.find(path.string()) != std::string::npos && text.find('\n') == std::string::npos;
      BOOST_CHECK_MESSAGE(good, "\"" << words << "\" is not in: " << text);
      return true;
    });
    BOOST_CHECK(listing_of(dir.path()) == before);
  }
  // What every command does first.
  void check_refused_at_the_door(const std::string& words) {
    check_refused(words, [&] { require_our_database(path); });
  }
  // What would happen if one forgot: the connection itself refuses, for writing and for migrating.
  void check_refused_by_connections(const std::string& words) {
    check_refused(words, [&] { SqliteStore(path, clock); });
    check_refused(words, [&] { migrate_database(path, clock); });
  }
  // SQLite itself lets a read-only connection leave its -wal and -shm files behind, so only the database is
  // compared.
  void check_refused_for_reading(const std::string& words) {
    const std::string before = read_file(path, kLarge);
    BOOST_CHECK_EXCEPTION(SqliteStore(path, clock, Access::ReadOnly), Error, [&](const Error& error) {
      return std::string(error.what()).find(words) != std::string::npos;
    });
    BOOST_CHECK(read_file(path, kLarge) == before);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_schema_tests)

BOOST_FIXTURE_TEST_CASE(fresh_database_is_ours_and_private, Folder) {
  create();
  BOOST_CHECK_NO_THROW(require_our_database(path));
  struct stat info {};
  BOOST_REQUIRE_EQUAL(stat(path.c_str(), &info), 0);
  BOOST_CHECK_EQUAL(info.st_mode & 0777U, 0600U);
  BOOST_CHECK_EQUAL(migrate_database(path, clock), 0);
  SqliteStore store(path, clock);
  BOOST_CHECK_EQUAL(store.head().size, 0);
}

BOOST_FIXTURE_TEST_CASE(missing_file_is_refused_and_not_created, Folder) {
  check_refused_at_the_door(
      "does not exist: `latchkey restore` brings a backup back, `latchkey init` begins a project");
  check_refused_by_connections("cannot be opened");
}

BOOST_FIXTURE_TEST_CASE(missing_folder_is_refused_and_not_created, Folder) {
  path = dir / "missing" / "latchkey.db";
  check_refused_at_the_door("does not exist");
  check_refused_by_connections("cannot be opened");
  check_refused("cannot be created: check that its folder exists", [&] { create(); });
}

BOOST_FIXTURE_TEST_CASE(path_through_a_file_is_refused, Folder) {
  write_file(dir / "file", "x");
  path = dir / "file" / "latchkey.db";
  check_refused_at_the_door("lies in something that is not a folder");
  check_refused("cannot be created", [&] { create(); });
}

BOOST_FIXTURE_TEST_CASE(folder_is_refused, Folder) {
  fs::create_directory(path);
  check_refused_at_the_door("is a folder, not a file");
  check_refused_by_connections("cannot be opened");
  check_refused("exists already", [&] { create(); });
}

// Opening a pipe would wait for a writer for ever.
BOOST_FIXTURE_TEST_CASE(pipe_is_refused, Folder) {
  BOOST_REQUIRE_EQUAL(mkfifo(path.c_str(), 0600), 0);
  check_refused_at_the_door("is no plain file");
}

BOOST_FIXTURE_TEST_CASE(empty_file_is_refused_and_stays_empty, Folder) {
  write_file(path, "");
  check_refused_at_the_door("is not an SQLite database, or is damaged");
  check_refused_by_connections("belongs to another program");
  check_refused("exists already", [&] { create(); });
}

BOOST_FIXTURE_TEST_CASE(random_bytes_are_refused_whatever_their_number, Folder) {
  const std::uint64_t seed = 77;
  BOOST_TEST_MESSAGE("seed " << seed);
  SeededRandom random(seed);
  for (const std::size_t size : {1, 15, 16, 99, 100, 101, 4096, 20'000}) {
    write_file(path, random.bytes(size));
    check_refused_at_the_door("is not an SQLite database, or is damaged");
    check_refused("", [&] { SqliteStore(path, clock); });
    check_refused("", [&] { migrate_database(path, clock); });
  }
}

BOOST_FIXTURE_TEST_CASE(database_cut_within_its_header_is_refused, Folder) {
  create();
  const std::string bytes = read_file(path, kLarge);
  for (const std::size_t size : {1, 15, 16, 71, 72, 99}) {
    write_file(path, bytes.substr(0, size));
    check_refused_at_the_door("is not an SQLite database, or is damaged");
  }
}

BOOST_FIXTURE_TEST_CASE(foreign_database_is_refused, Folder) {
  raw_sql(path, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  check_refused_at_the_door("belongs to another program");
  check_refused_by_connections("belongs to another program");
  check_refused_for_reading("belongs to another program");
}

// The same schema number by chance, and in another journal mode than ours.
BOOST_FIXTURE_TEST_CASE(foreign_database_with_our_schema_number_is_refused, Folder) {
  raw_sql(path, "CREATE TABLE theirs (x); PRAGMA application_id = 4711; PRAGMA user_version = " +
                    std::to_string(newest_schema()));
  check_refused_at_the_door("belongs to another program");
  check_refused_by_connections("belongs to another program");
  check_refused_for_reading("belongs to another program");
}

BOOST_FIXTURE_TEST_CASE(newer_schema_is_refused, Folder) {
  create();
  raw_sql(path, "PRAGMA user_version = 99");
  const std::string words =
      "was made by a newer Latchkey (schema 99, this program knows " + std::to_string(newest_schema()) + ")";
  check_refused_by_connections(words);
  check_refused_for_reading(words);
}

BOOST_FIXTURE_TEST_CASE(schema_that_becomes_newer_stops_the_next_transaction, Folder) {
  create();
  SqliteStore store(path, clock);
  store.begin();
  store.commit();
  raw_sql(path, "PRAGMA user_version = 99");
  BOOST_CHECK_THROW(store.begin(), EpochLost);
  BOOST_CHECK_THROW(store.begin(), EpochLost);  // and goes on doing so, with no transaction left open
}

// A database as the first version of this program would have left it.
BOOST_FIXTURE_TEST_CASE(older_schema_is_refused_until_it_is_migrated, Folder) {
  const Migration& first = embedded_migrations().front();
  raw_sql(path,
          "PRAGMA application_id = " + std::to_string(kApplicationId) +
              "; CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT "
              "NULL, applied_at INTEGER NOT NULL) STRICT;" +
              first.sql + "; INSERT INTO migrations VALUES (1, '" + first.name + "', '" +
              to_hex(sha256(first.sql)) + "', 0); PRAGMA user_version = 1");
  BOOST_CHECK_NO_THROW(require_our_database(path));
  const std::string words = "is older than this program (schema 1, this program knows " +
                            std::to_string(newest_schema()) + "): run `latchkey migrate`";
  check_refused(words, [&] { SqliteStore(path, clock); });
  check_refused_for_reading(words);

  std::vector<std::string> applied;
  const int count = migrate_database(path, clock, [&](const std::string& name) { applied.push_back(name); });
  BOOST_CHECK_EQUAL(count, newest_schema() - 1);
  BOOST_REQUIRE_EQUAL(applied.size(), static_cast<std::size_t>(count));
  BOOST_CHECK_EQUAL(applied.front(), embedded_migrations()[1].name);
  BOOST_CHECK_EQUAL(migrate_database(path, clock), 0);
  BOOST_CHECK_EQUAL(SqliteStore(path, clock).head().size, 0);
}

BOOST_FIXTURE_TEST_CASE(migration_that_differs_from_the_applied_one_is_refused, Folder) {
  create();
  for (const Migration& migration : embedded_migrations()) {
    raw_sql(path, "UPDATE migrations SET checksum = 'x' || checksum WHERE number = " +
                      std::to_string(migration.number));
    check_refused("was made by another build: migration " + migration.name + " differs",
                  [&] { migrate_database(path, clock); });
    raw_sql(path, "UPDATE migrations SET checksum = substr(checksum, 2) WHERE number = " +
                      std::to_string(migration.number));
  }
  raw_sql(path, "DELETE FROM migrations WHERE number = 1");
  check_refused("differs", [&] { migrate_database(path, clock); });
}

// One that fails half way leaves the schema before it, whole.
BOOST_FIXTURE_TEST_CASE(failed_migration_is_rolled_back, Folder) {
  create();
  raw_sql(path, "DELETE FROM migrations WHERE number = 3; PRAGMA user_version = 2");
  check_refused("api_tokens", [&] { migrate_database(path, clock); });  // it is there already
}

BOOST_FIXTURE_TEST_CASE(migrations_are_numbered_without_gaps, Folder) {
  int number = 0;
  for (const Migration& migration : embedded_migrations()) BOOST_CHECK_EQUAL(migration.number, ++number);
  BOOST_CHECK_EQUAL(newest_schema(), number);
}

BOOST_FIXTURE_TEST_CASE(existing_file_is_never_overwritten_by_create, Folder) {
  create();
  check_refused("exists already", [&] { create(); });
}

// Every page in turn: what is read is right, or the sentence says that the file is damaged, and nothing is
// written.
BOOST_FIXTURE_TEST_CASE(damaged_page_anywhere_is_told, Folder) {
  constexpr std::size_t kPage = 4096;
  create();
  {
    SqliteStore store(path, clock);
    Transaction transaction(store);
    for (int i = 0; i < 100; ++i) {
      ledger::Entry entry;
      entry.type = ledger::EntryType::ConfigChanged;
      entry.reason = std::string(150, 'x');
      store.append(entry);
    }
    transaction.commit();
  }
  const std::string good = read_file(path, kLarge);
  const auto read_all = [&] {
    SqliteStore store(path, clock);
    int entries = 0;
    store.each_entry({}, [&](const std::string& bytes) {
      BOOST_CHECK_EQUAL(ledger::decode(bytes).seq, entries);
      ++entries;
      return true;
    });
    store.each_job({}, [](const job::Job&) { return true; });
    BOOST_CHECK_EQUAL(entries, 100);
  };
  read_all();
  int told = 0;
  for (std::size_t page = 1; page < good.size() / kPage; ++page) {
    std::string bad = good;
    bad.replace(page * kPage, kPage, std::string(kPage, '\xAA'));
    write_file(path, bad);
    const Listing before = listing_of(dir.path());
    try {
      read_all();
    } catch (const Error& error) {
      BOOST_CHECK_MESSAGE(
          std::string(error.what()).find("is damaged: restore it from a backup") != std::string::npos,
          error.what());
      ++told;
    }
    BOOST_CHECK(listing_of(dir.path()) == before);
  }
  BOOST_CHECK_GE(told, 5);  // the pages of the ledger at least
}

// As somebody who may read the file and not write it. Root may write everything, so as root this becomes
// nobody first.
BOOST_FIXTURE_TEST_CASE(file_that_may_not_be_written_is_refused, Folder) {
  create();
  const auto check_as_nobody = [&](mode_t file_mode, mode_t folder_mode) {
    BOOST_REQUIRE_EQUAL(chmod(path.c_str(), file_mode), 0);
    BOOST_REQUIRE_EQUAL(chmod(dir.path().c_str(), folder_mode), 0);
    const Listing before = listing_of(dir.path());
    const pid_t child = fork();
    if (child == 0) {
      constexpr uid_t kNobody = 65534;
      if (geteuid() == 0 && setuid(kNobody) != 0) _exit(2);
      try {
        SqliteStore store(path, clock);
        _exit(3);
      } catch (const Error& error) {
        const std::string text = error.what();
        _exit(text.find("cannot be written: check its permissions") != std::string::npos ? 0 : 4);
      }
    }
    int status = -1;
    waitpid(child, &status, 0);
    BOOST_CHECK_EQUAL(WEXITSTATUS(status), 0);
    BOOST_REQUIRE_EQUAL(chmod(dir.path().c_str(), 0700), 0);
    BOOST_CHECK(listing_of(dir.path()) == before);
  };
  check_as_nobody(0444, 0555);
  check_as_nobody(0444, 0777);
}

// A database as it was before the ledger had a tree: what the later migrations brought is taken away again.
BOOST_FIXTURE_TEST_CASE(ledger_from_before_the_tree_gets_its_nodes, Folder) {
  create();
  {
    SqliteStore store(path, clock);
    Transaction transaction(store);
    for (int i = 0; i < 11; ++i) {
      ledger::Entry entry;
      entry.type = ledger::EntryType::ProviderPaused;
      entry.reason = "entry " + std::to_string(i);
      store.append(entry);
    }
    transaction.commit();
  }
  raw_sql(path,
          "DROP TABLE ledger_node; DROP TABLE checkpoints; DROP TABLE pruned_jobs; DROP TABLE suppressions;"
          "DROP TABLE batches; DROP TABLE batch_counts; DROP TABLE occurrences; DROP TABLE schedules;"
          "DROP TABLE previews; ALTER TABLE jobs DROP COLUMN reprocess_of;"
          "ALTER TABLE jobs DROP COLUMN reprocessed_as; DROP TABLE outbox; DROP INDEX jobs_cancelling; ALTER "
          "TABLE subjects DROP COLUMN deliver_to;"
          "DROP TABLE ledger_index; DROP INDEX jobs_in_trouble;"
          "ALTER TABLE ledger ADD COLUMN type TEXT GENERATED ALWAYS AS (json_extract(entry, '$.type'));"
          "ALTER TABLE ledger ADD COLUMN outcome TEXT GENERATED ALWAYS AS (json_extract(entry, '$.outcome'));"
          "ALTER TABLE ledger ADD COLUMN code TEXT GENERATED ALWAYS AS (json_extract(entry, '$.code'));"
          "ALTER TABLE ledger ADD COLUMN provider_request_id TEXT GENERATED ALWAYS AS (1);"
          "ALTER TABLE ledger ADD COLUMN link_fp TEXT GENERATED ALWAYS AS (1);"
          "ALTER TABLE ledger ADD COLUMN t TEXT GENERATED ALWAYS AS (json_extract(entry, '$.t'));"
          "ALTER TABLE ledger ADD COLUMN actor TEXT GENERATED ALWAYS AS (json_extract(entry, '$.actor'));"
          "ALTER TABLE ledger ADD COLUMN request_id TEXT GENERATED ALWAYS AS (1);"
          "ALTER TABLE ledger ADD COLUMN subject TEXT GENERATED ALWAYS AS (1);"
          "ALTER TABLE ledger ADD COLUMN provider TEXT GENERATED ALWAYS AS (1);"
          "ALTER TABLE ledger ADD COLUMN batch TEXT GENERATED ALWAYS AS (1);"
          "ALTER TABLE daemon DROP COLUMN daily; ALTER TABLE daemon DROP COLUMN scrub_due;"
          "ALTER TABLE daemon DROP COLUMN backed_up_at;"
          "DELETE FROM migrations WHERE number > 3; PRAGMA user_version = 3");
  BOOST_CHECK_THROW(SqliteStore(path, clock), Error);
  BOOST_TEST(migrate_database(path, clock, {}) == newest_schema() - 3);
  SqliteStore store(path, clock);
  ledger::Frontier by_entries;
  for (std::int64_t seq = 0; seq < store.head().size; ++seq) {
    by_entries.append(
        ledger::leaf_hash(store.entry(seq).value()),
        [&](std::int64_t index, const ledger::Hash& hash) { BOOST_TEST((store.node(index) == hash)); });
  }
  BOOST_TEST(by_entries.size() == 11);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store

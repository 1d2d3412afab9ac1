// What only SQLite can be asked: its settings, the ledger's triggers, the plans of the queue's questions. The
// store's behaviour is in conformance/.
#include <sqlite3.h>

#include <boost/test/unit_test.hpp>

#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace latchkey::store {
namespace {

// Sees the connections that are opened while it lives and every statement they run, so that the tests look at
// the store's own connection and explain the store's own SQL instead of a copy of it.
class SqliteWatch {
 public:
  SqliteWatch() {
    watch = this;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(opened));
  }
  ~SqliteWatch() {
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(opened));
    watch = nullptr;
  }
  SqliteWatch(const SqliteWatch&) = delete;
  SqliteWatch& operator=(const SqliteWatch&) = delete;

  sqlite3* handle = nullptr;  // the latest
  std::vector<std::string> statements;

 private:
  static int opened(sqlite3* handle, const char**, const sqlite3_api_routines*) {
    watch->handle = handle;
    sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, ran, nullptr);
    return SQLITE_OK;
  }
  static int ran(unsigned, void*, void* statement, void*) {
    if (watch != nullptr) watch->statements.emplace_back(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
    return 0;
  }
  static inline SqliteWatch* watch = nullptr;
};

struct WatchedStore {
  TempDir dir;
  FakeClock clock;
  SqliteWatch watch;
  std::unique_ptr<SqliteStore> store;

  WatchedStore() {
    create_database(dir / "latchkey.db", clock);
    store = std::make_unique<SqliteStore>(dir / "latchkey.db", clock);
  }

  // The first column of the first row, as text.
  std::string answer(const std::string& sql) { return rows(sql, 0).at(0); }

  std::vector<std::string> rows(const std::string& sql, int column) {
    sqlite3_stmt* statement = nullptr;
    BOOST_REQUIRE_MESSAGE(sqlite3_prepare_v2(watch.handle, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK,
                          sql);
    std::vector<std::string> all;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      all.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, column)));
    }
    sqlite3_finalize(statement);
    return all;
  }

  // How SQLite goes about everything that `question` runs, one step a line.
  std::string plans(const std::function<void(Store&)>& question) {
    watch.statements.clear();
    {
      Transaction transaction(*store);
      question(*store);
    }
    const std::vector<std::string> asked = watch.statements;
    std::string plan;
    for (const std::string& sql : asked) {
      if (sql.find("jobs") == std::string::npos && sql.find("outbox") == std::string::npos) continue;
      for (const std::string& step : rows("EXPLAIN QUERY PLAN " + sql, 3)) plan += step + "\n";
    }
    BOOST_TEST_MESSAGE(plan);
    return plan;
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Reads rows that the question does not ask for, or sorts what an index could have given in order.
bool is_wasteful(const std::string& plan) {
  return has(plan, "SCAN jobs\n") || has(plan, "SCAN outbox\n") || has(plan, "SCAN queued\n") ||
         has(plan, "SCAN other") || has(plan, "TEMP B-TREE");
}

void append(SqliteStore& store, int count) {
  Transaction transaction(store);
  for (int i = 0; i < count; ++i) {
    ledger::Entry entry;
    entry.type = ledger::EntryType::ConfigChanged;
    store.append(entry);
  }
  transaction.commit();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_store_tests)

BOOST_FIXTURE_TEST_CASE(settings_of_the_stores_connection_are_on, WatchedStore) {
  BOOST_CHECK_EQUAL(answer("PRAGMA journal_mode"), "wal");
  BOOST_CHECK_EQUAL(answer("PRAGMA synchronous"), "2");  // FULL
  BOOST_CHECK_EQUAL(answer("PRAGMA recursive_triggers"), "1");
  BOOST_CHECK_EQUAL(answer("PRAGMA secure_delete"), "1");
  BOOST_CHECK_EQUAL(answer("PRAGMA application_id"), std::to_string(0x4C4B6579));
  BOOST_CHECK_EQUAL(answer("PRAGMA user_version"), std::to_string(newest_schema()));
  int defensive = 0;
  BOOST_REQUIRE_EQUAL(sqlite3_db_config(watch.handle, SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive), SQLITE_OK);
  BOOST_CHECK_EQUAL(defensive, 1);
}

BOOST_FIXTURE_TEST_CASE(every_table_is_strict, WatchedStore) {
  for (const std::string& table : rows("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = "
                                       "0 AND name NOT LIKE 'sqlite_%'",
                                       0)) {
    BOOST_ERROR(table + " is not STRICT");
  }
}

// Any way in which SQL can change or remove an entry, or add one out of order.
const std::vector<std::string> kForbidden{
    "UPDATE ledger SET entry = '{}'",
    "UPDATE ledger SET entry = entry WHERE seq = 1",
    "UPDATE ledger SET seq = 3 WHERE seq = 2",
    "UPDATE OR REPLACE ledger SET seq = 0 WHERE seq = 2",
    "UPDATE OR IGNORE ledger SET entry = '{}' WHERE seq = 2",
    "DELETE FROM ledger",
    "DELETE FROM ledger WHERE seq = 2",
    "INSERT INTO ledger (seq, entry) VALUES (4, '{}')",
    "INSERT INTO ledger (seq, entry) VALUES (2, '{}')",
    "INSERT INTO ledger (seq, entry) VALUES (-1, '{}')",
    "INSERT OR REPLACE INTO ledger (seq, entry) VALUES (2, '{}')",
    "INSERT OR REPLACE INTO ledger (seq, entry) VALUES (1, '{}')",
    "REPLACE INTO ledger (seq, entry) VALUES (9, '{}')",
    "INSERT OR IGNORE INTO ledger (seq, entry) VALUES (7, '{}')",
    "INSERT INTO ledger (seq, entry) VALUES (2, '{}') ON CONFLICT (seq) DO UPDATE SET entry = '{}'",
    "INSERT INTO ledger (seq, entry) SELECT seq + 2, entry FROM ledger"};

BOOST_FIXTURE_TEST_CASE(ledger_only_grows_through_our_connection, WatchedStore) {
  append(*store, 3);
  const auto before = rows("SELECT entry FROM ledger ORDER BY seq", 0);
  for (const std::string& sql : kForbidden) {
    BOOST_CHECK_MESSAGE(sqlite3_exec(watch.handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK, sql);
    BOOST_CHECK_MESSAGE(rows("SELECT entry FROM ledger ORDER BY seq", 0) == before, sql);
  }
}

// A tool with SQLite's defaults, recursive_triggers off among them.
BOOST_FIXTURE_TEST_CASE(ledger_only_grows_through_a_foreign_connection, WatchedStore) {
  append(*store, 3);
  const auto before = rows("SELECT entry FROM ledger ORDER BY seq", 0);
  sqlite3* own = watch.handle;
  sqlite3* foreign = nullptr;
  BOOST_REQUIRE_EQUAL(sqlite3_open((dir / "latchkey.db").c_str(), &foreign), SQLITE_OK);
  watch.handle = own;
  for (const std::string& sql : kForbidden) {
    BOOST_CHECK_MESSAGE(sqlite3_exec(foreign, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK, sql);
    BOOST_CHECK_MESSAGE(rows("SELECT entry FROM ledger ORDER BY seq", 0) == before, sql);
  }
  sqlite3_close(foreign);
}

// The tree's nodes of a transaction stand in as few rows as pages hold.
BOOST_FIXTURE_TEST_CASE(nodes_of_a_transaction_share_rows, WatchedStore) {
  append(*store, 3);  // nodes 0 to 3
  append(*store, 1);  // 4 to 6
  append(*store, 200);
  const std::vector<std::string> first = rows("SELECT idx FROM ledger_node ORDER BY idx", 0);
  const std::vector<std::string> bytes = rows("SELECT length(hashes) FROM ledger_node ORDER BY idx", 0);
  const std::vector<std::string> wanted{"0", "4", "7", "133", "259", "385"};
  BOOST_CHECK_EQUAL_COLLECTIONS(first.begin(), first.end(), wanted.begin(), wanted.end());
  BOOST_CHECK_EQUAL(bytes.at(0), "128");
  BOOST_CHECK_EQUAL(bytes.at(2), std::to_string(126 * 32));
  ledger::Frontier tree;
  for (std::int64_t seq = 0; seq < store->head().size; ++seq) {
    tree.append(
        ledger::leaf_hash(store->entry(seq).value()),
        [&](std::int64_t index, const ledger::Hash& hash) { BOOST_CHECK(store->node(index) == hash); });
  }
  BOOST_CHECK_THROW(store->node(ledger::node_count(store->head().size)), Error);
}

BOOST_FIXTURE_TEST_CASE(nodes_of_an_item_that_was_rolled_back_are_gone, WatchedStore) {
  append(*store, 1);
  {
    Transaction transaction(*store);
    ledger::Entry kept;
    kept.type = ledger::EntryType::ConfigChanged;
    store->append(kept);
    store->savepoint();
    ledger::Entry dropped = kept;
    dropped.reason = "another";
    store->append(dropped);
    const ledger::Hash of_dropped = store->node(3);  // asked for within the transaction
    store->rollback_to_savepoint();
    BOOST_CHECK_THROW(store->node(3), Error);
    store->append(kept);
    BOOST_CHECK(store->node(3) != of_dropped);
    transaction.commit();
  }
  BOOST_CHECK(store->node(3) == ledger::leaf_hash(store->entry(2).value()));
}

BOOST_FIXTURE_TEST_CASE(index_of_the_ledger_has_what_is_rare_in_an_entry, WatchedStore) {
  {
    Transaction transaction(*store);
    ledger::Entry entry;
    entry.type = ledger::EntryType::AttemptResult;
    entry.request_id = "req-1";
    entry.subject = "s";
    entry.provider = job::Provider::Nomos;
    entry.outcome = job::Outcome::Rejected;
    entry.code = job::Code::Conflict;
    entry.batch = "b";
    entry.provider_request_id = "p";
    entry.link_fp = "f";
    store->append(entry);
    transaction.commit();
  }
  BOOST_CHECK_EQUAL(
      answer("SELECT group_concat(member || ' ' || value || ' ' || seq, ', ') FROM ledger_index"),
      "code conflict 0, linkFp f 0, outcome rejected 0, providerRequestId p 0");
}

BOOST_FIXTURE_TEST_CASE(words_that_no_version_wrote_are_damage, WatchedStore) {
  job::Job job;
  job.request_id = "a";
  job.payload_mac = std::string(32, 'm');
  {
    Transaction transaction(*store);
    store->insert_job(job);
    transaction.commit();
  }
  for (const char* damage : {"provider = 'other'", "state = 'lost'", "step = 3", "step = -1",
                             "hand_over = ''", "outcome = 'maybe'", "code = 'novel'"}) {
    const std::string sql = "SAVEPOINT test; UPDATE jobs SET " + std::string(damage);
    BOOST_REQUIRE_EQUAL(sqlite3_exec(watch.handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    BOOST_CHECK_THROW(store->find_job("a"), Error);
    sqlite3_exec(watch.handle, "ROLLBACK TO test; RELEASE test", nullptr, nullptr, nullptr);
  }
  BOOST_CHECK(store->find_job("a"));
}

BOOST_FIXTURE_TEST_CASE(takeable_jobs_read_their_index_in_order, WatchedStore) {
  for (const bool in_batch : {false, true}) {
    const std::string plan =
        plans([&](Store& it) { it.takeable_jobs(job::Provider::Mayar, in_batch, clock.now().wall, 10); });
    BOOST_CHECK(has(plan, "SEARCH queued USING INDEX jobs_ready"));
    BOOST_CHECK(has(plan, "SEARCH other USING INDEX jobs_running (subject=?)"));
    BOOST_CHECK(!is_wasteful(plan));
  }
}

BOOST_FIXTURE_TEST_CASE(jobs_become_ready_by_index, WatchedStore) {
  {
    Transaction transaction(*store);
    store->complete_import(store->open_import());
    transaction.commit();
  }
  const std::string plan = plans([&](Store& it) { it.ready_due_jobs(clock.now().wall, 10); });
  BOOST_CHECK(has(plan, "INDEX jobs_waiting (due_at<?)"));
  BOOST_CHECK(has(plan, "INDEX jobs_importing (import=?)"));
  BOOST_CHECK(!is_wasteful(plan));
}

BOOST_FIXTURE_TEST_CASE(stale_jobs_are_found_by_index, WatchedStore) {
  const std::string plan = plans([&](Store& it) { it.stale_jobs(clock.now().wall, 10); });
  BOOST_CHECK(has(plan, "INDEX jobs_ready (provider=? AND <expr>=? AND fresh_until<?)"));
  BOOST_CHECK(has(plan, "INDEX jobs_importing (import=? AND fresh_until<?)"));
  BOOST_CHECK(!is_wasteful(plan));
}

BOOST_FIXTURE_TEST_CASE(next_times_are_ends_of_indexes, WatchedStore) {
  const std::string plan = plans([](Store& it) { it.next_times(); });
  BOOST_CHECK(has(plan, "SEARCH jobs USING INDEX jobs_waiting\n"));
  BOOST_CHECK(has(plan, "INDEX jobs_ready (provider=? AND <expr>=?)"));
  BOOST_CHECK(!is_wasteful(plan));
}

BOOST_FIXTURE_TEST_CASE(forecasts_and_recovery_read_indexes_only, WatchedStore) {
  const std::string plan = plans([&](Store& it) {
    it.ready_due_times(job::Provider::Mayar, 1);
    it.waiting_due_times(job::Provider::Mayar, clock.now().wall, clock.now().wall, 1);
    it.running_jobs();
    it.find_job("a");
  });
  BOOST_CHECK(has(plan, "INDEX jobs_ready (provider=?)"));
  BOOST_CHECK(has(plan, "INDEX jobs_waiting (due_at>? AND due_at<?)"));
  BOOST_CHECK(has(plan, "INDEX jobs_running"));
  BOOST_CHECK(has(plan, "(request_id=?)"));
  BOOST_CHECK(!has(plan, "SCAN jobs\n"));
}

// Asked in each turn that follows somebody's write, among thousands of jobs whose links wait.
BOOST_FIXTURE_TEST_CASE(cancelled_jobs_are_found_by_an_index_of_their_own, WatchedStore) {
  const std::string plan = plans([](Store& it) { it.cancelled_running_jobs(); });
  BOOST_CHECK(has(plan, "USING INDEX jobs_cancelling"));
  BOOST_CHECK(!has(plan, "jobs_running"));
  BOOST_CHECK(!has(plan, "TEMP B-TREE"));
}

// Asked in each turn: what was given up must not be looked through.
BOOST_FIXTURE_TEST_CASE(due_events_read_their_index_in_order, WatchedStore) {
  const std::string plan = plans([&](Store& it) {
    it.due_events("crm", clock.now().wall, 10);
    it.next_event_time("crm");
  });
  BOOST_CHECK(has(plan, "SEARCH outbox USING INDEX outbox_due (endpoint=? AND next_at<?)"));
  BOOST_CHECK(has(plan, "USING COVERING INDEX outbox_due (endpoint=?"));
  BOOST_CHECK(!is_wasteful(plan));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store

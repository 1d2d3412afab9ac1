// What questions cost SqliteStore: which index they take and how many rows they read. Also what only SQL can
// make here: jobs that were pruned, subjects that were erased, links that lead nowhere.
#include <sqlite3.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "support/random_ledger.h"
#include "support/temp_dir.h"

namespace latchkey::store {
namespace {

/// The statements that run on a connection while this lives, and the rows that they give.
class Watch {
 public:
  explicit Watch(SqliteStore& store) : handle_(store.connection().database().getHandle()) {
    sqlite3_trace_v2(handle_, SQLITE_TRACE_STMT | SQLITE_TRACE_ROW | SQLITE_TRACE_PROFILE, &Watch::note,
                     this);
  }
  ~Watch() { sqlite3_trace_v2(handle_, 0, nullptr, nullptr); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  std::int64_t runs() const { return runs_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t most_rows() const { return most_rows_; }
  /// Of the machine that SQLite runs statements on: what was looked at counts, not only what was found.
  std::int64_t steps() const { return steps_; }

  /// SQLite's plans of all statements seen.
  std::string plans() const {
    std::string text;
    for (const auto& [sql, count] : statements_) {
      sqlite3_stmt* plan = nullptr;
      BOOST_REQUIRE_EQUAL(
          sqlite3_prepare_v2(handle_, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &plan, nullptr), SQLITE_OK);
      while (sqlite3_step(plan) == SQLITE_ROW) {
        text += std::string(reinterpret_cast<const char*>(sqlite3_column_text(plan, 3))) + "\n";
      }
      sqlite3_finalize(plan);
    }
    return text;
  }

 private:
  static int note(unsigned what, void* self, void* statement, void*) {
    auto& watch = *static_cast<Watch*>(self);
    auto* const prepared = static_cast<sqlite3_stmt*>(statement);
    if (what == SQLITE_TRACE_STMT) {
      ++watch.runs_;
      watch.rows_now_ = 0;
      ++watch.statements_[sqlite3_sql(prepared)];
    } else if (what == SQLITE_TRACE_ROW) {
      ++watch.rows_;
      watch.most_rows_ = std::max(watch.most_rows_, ++watch.rows_now_);
    } else {
      watch.steps_ += sqlite3_stmt_status(prepared, SQLITE_STMTSTATUS_VM_STEP, 1);
    }
    return 0;
  }

  sqlite3* handle_;
  std::map<std::string, int> statements_;
  std::int64_t runs_ = 0, rows_ = 0, rows_now_ = 0, most_rows_ = 0, steps_ = 0;
};

constexpr std::uint64_t kSeed = 11;
constexpr std::int64_t kPageRows = 256;

struct Asked {
  TempDir folder;
  FakeClock clock;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<test::RandomLedger> ledger;

  Asked() {
    const auto path = folder / "latchkey.db";
    create_database(path, clock);
    store = std::make_unique<SqliteStore>(path, clock);
    ledger = std::make_unique<test::RandomLedger>(*store, clock, kSeed);
    BOOST_TEST_MESSAGE("seed " << kSeed);
  }

  std::vector<std::int64_t> ask(const EntryFilter& filter, std::size_t most = SIZE_MAX) {
    std::vector<std::int64_t> seqs;
    store->each_entry(filter, [&](const std::string& bytes) {
      seqs.push_back(ledger::decode(bytes).seq);
      return seqs.size() < most;
    });
    return seqs;
  }
  void check(const EntryFilter& filter) {
    BOOST_CHECK_MESSAGE(ask(filter) == test::naive_answer(filter, ledger->entries()), test::words_of(filter));
  }
  // What somebody with the file could do; the store's own ways are pruning and erasure.
  void sql(const std::string& text) { store->connection().execute(text); }

  void prune_all() {
    sql("BEGIN; INSERT INTO pruned_jobs SELECT request_id, last_seq FROM jobs; DELETE FROM jobs; COMMIT");
  }
};

EntryFilter by(const std::function<void(EntryFilter&)>& set) {
  EntryFilter filter;
  set(filter);
  return filter;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_question_tests, Asked)

BOOST_AUTO_TEST_CASE(each_question_takes_its_access_path_in_either_direction) {
  ledger->grow(300);
  const auto check_plan = [&](const std::string& index, EntryFilter filter) {
    filter.provider = job::Provider::Mayar;  // what the path does not settle must not change it
    filter.from = ledger->entries().front().t;
    for (const bool newest : {false, true}) {
      filter.newest_first = newest;
      Watch watch(*store);
      ask(filter);
      const std::string plans = watch.plans();
      BOOST_TEST_CONTEXT(test::words_of(filter) << "\n" << plans) {
        BOOST_CHECK(plans.find(index) != std::string::npos);
        BOOST_CHECK(plans.find("TEMP B-TREE") == std::string::npos);  // nothing is sorted
        // Only the ledger's end, LIMIT 1 of it backwards, is called a scan.
        BOOST_CHECK_EQUAL(plans.find("SCAN"), plans.rfind("SCAN"));
      }
    }
  };
  const auto check_index = [&](const std::function<void(EntryFilter&)>& set) {
    check_plan("SEARCH ledger_index USING PRIMARY KEY (member=? AND value=? AND seq>? AND seq<?)", by(set));
    check_plan("SEARCH ledger USING INTEGER PRIMARY KEY (rowid=?)", by(set));
  };
  check_index([](EntryFilter& f) { f.provider_request_id = "p-1"; });
  check_index([](EntryFilter& f) { f.link_fp = "f"; });
  check_index([](EntryFilter& f) { f.type = ledger::EntryType::JobHeld; });
  check_index([](EntryFilter& f) { f.code = job::Code::Timeout; });
  check_index([](EntryFilter& f) { f.outcome = job::Outcome::Unknown; });
  for (const auto type : {ledger::EntryType::JobAccepted, ledger::EntryType::LinkClaimed}) {
    check_plan("SEARCH ledger USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
               by([&](EntryFilter& f) { f.type = type; }));
  }
  check_plan("SEARCH ledger USING INTEGER PRIMARY KEY (rowid=?)",
             by([&](EntryFilter& f) { f.request_id = ledger->entries().front().request_id; }));
  check_plan("SEARCH subjects USING PRIMARY KEY (id=?)",
             by([&](EntryFilter& f) { f.subject = ledger->subjects().front().id; }));
}

BOOST_AUTO_TEST_CASE(ordinary_entries_are_in_no_index) {
  {
    Transaction transaction(*store);
    for (const auto type : {ledger::EntryType::JobAccepted, ledger::EntryType::AttemptIntent,
                            ledger::EntryType::AttemptResult, ledger::EntryType::HandoverIntent,
                            ledger::EntryType::HandoverResult, ledger::EntryType::LinkClaimed}) {
      ledger::Entry entry;
      entry.type = type;
      entry.request_id = "a";
      if (type == ledger::EntryType::AttemptResult) entry.outcome = job::Outcome::Accepted;
      store->append(entry);
    }
    transaction.commit();
  }
  BOOST_CHECK_EQUAL(store->connection().database().execAndGet("SELECT count(*) FROM ledger_index").getInt(),
                    0);
}

// However large the ledger, what is looked up costs what it gives.
BOOST_AUTO_TEST_CASE(looking_up_reads_what_it_gives) {
  ledger->grow(3000);
  const std::string request_id = ledger->entries()[1500].request_id.value_or("req-0");
  const auto check_cost = [&](const EntryFilter& filter) {
    Watch watch(*store);
    const auto found = static_cast<std::int64_t>(ask(filter).size());
    BOOST_CHECK_GT(found, 0);
    BOOST_CHECK_LE(watch.rows(), 3 * found + 20);
    BOOST_CHECK_LE(watch.steps(), 100 * (found + 5));
  };
  check_cost(by([&](EntryFilter& f) { f.request_id = request_id; }));
  check_cost(by([&](EntryFilter& f) { f.subject = ledger->subjects()[3].id; }));
  check_cost(by([&](EntryFilter& f) { f.provider_request_id = "p-7"; }));
  check_cost(by([&](EntryFilter& f) { f.link_fp = std::string(31, 'f') + "2"; }));
  prune_all();
  check_cost(by([&](EntryFilter& f) { f.request_id = request_id; }));
  check_cost(by([&](EntryFilter& f) { f.subject = ledger->subjects()[3].id; }));
}

BOOST_AUTO_TEST_CASE(page_of_a_long_answer_costs_the_same_wherever_it_is) {
  ledger->grow(6000);
  constexpr std::size_t kPage = 20;
  std::vector<EntryFilter> filters{by([](EntryFilter& f) { f.code = job::Code::Timeout; }),
                                   by([](EntryFilter& f) { f.outcome = job::Outcome::Rejected; }),
                                   by([](EntryFilter& f) { f.type = ledger::EntryType::JobFailed; }),
                                   {}};
  for (EntryFilter& filter : filters) {
    std::vector<std::int64_t> steps;
    for (std::size_t found = kPage; found == kPage;) {
      Watch watch(*store);
      const auto page = ask(filter, kPage);
      found = page.size();
      if (found > 0) filter.after_seq = page.back();
      steps.push_back(watch.steps());
      BOOST_CHECK_LE(watch.runs(), 3);  // the end of the ledger, a page, perhaps the next
    }
    BOOST_REQUIRE_GT(steps.size(), 5);
    BOOST_CHECK_LE(*std::max_element(steps.begin(), steps.end()), 2 * steps.front());
  }
}

BOOST_AUTO_TEST_CASE(statement_reads_a_bounded_number_of_rows) {
  ledger->grow(3000);
  for (const bool newest : {false, true}) {
    Watch watch(*store);
    EntryFilter filter;
    filter.newest_first = newest;
    filter.actor = "nobody";  // that nothing fits must not make a statement longer
    BOOST_CHECK(ask(filter).empty());
    BOOST_CHECK_EQUAL(watch.most_rows(), kPageRows);
    BOOST_CHECK_GE(watch.rows(), 3000);
  }
}

// A transaction of another connection, and the log's going back to its beginning, need that nothing is being
// read.
BOOST_AUTO_TEST_CASE(nothing_is_held_while_an_answer_is_looked_at) {
  ledger->grow(600);
  std::vector<EntryFilter> filters{
      {},
      by([](EntryFilter& f) { f.code = job::Code::Timeout; }),
      by([&](EntryFilter& f) { f.subject = ledger->subjects().front().id; }),
  };
  for (const EntryFilter& filter : filters) {
    bool looked = false;
    store->each_entry(filter, [&](const std::string&) {
      looked = true;
      auto query = store->connection().query("PRAGMA wal_checkpoint(TRUNCATE)");
      BOOST_CHECK(query.step());
      BOOST_CHECK_EQUAL(query.integer(0), 0);  // not busy
      return false;
    });
    BOOST_CHECK(looked);
  }
}

BOOST_AUTO_TEST_CASE(pruned_jobs_are_part_of_every_answer) {
  ledger->grow(800);
  prune_all();
  for (int i = 0; i < 150; ++i) check(ledger->filter());
  for (const Subject& subject : ledger->subjects()) {
    check(by([&](EntryFilter& f) { f.subject = subject.id; }));
    BOOST_CHECK(store->jobs_of_subject(subject.id).empty());
  }
}

BOOST_AUTO_TEST_CASE(erased_subject_is_found_from_its_erasure) {
  ledger->grow(400);
  const Subject subject = ledger->subjects()[2];
  const auto wanted = ask(by([&](EntryFilter& f) { f.subject = subject.id; }));
  BOOST_REQUIRE(!wanted.empty());
  const auto erase = [&](std::optional<std::int64_t> last) {
    Transaction transaction(*store);
    ledger::Entry entry;
    entry.type = ledger::EntryType::SubjectErased;
    entry.subject = subject.id;
    entry.subject_prev = last;
    store->append(entry);
    sql("DELETE FROM subjects WHERE id = '" + subject.id + "'");
    transaction.commit();
    return entry.seq;
  };
  auto all = wanted;
  all.push_back(erase(subject.last_accepted_seq));
  EntryFilter filter;
  filter.subject = subject.id;
  BOOST_CHECK(ask(filter) == all);
  filter.to_seq = all[1];
  BOOST_CHECK(ask(filter) == std::vector{all[0]});
  filter = {};
  filter.type = ledger::EntryType::SubjectErased;
  BOOST_CHECK(ask(filter) == std::vector{all.back()});
}

// An answer with something missing would look like a whole one.
BOOST_AUTO_TEST_CASE(link_that_leads_nowhere_is_an_error) {
  ledger->grow(100);
  const auto& entries = ledger->entries();
  const auto accepted = std::find_if(entries.begin(), entries.end(), [](const ledger::Entry& entry) {
    return entry.type == ledger::EntryType::JobAccepted;
  });
  EntryFilter request;
  request.request_id = accepted->request_id;
  EntryFilter subject;
  subject.subject = accepted->subject;
  const std::string id = "'" + *accepted->request_id + "'";
  sql("UPDATE jobs SET last_seq = 100000 WHERE request_id = " + id);
  BOOST_CHECK_THROW(ask(request), Error);
  BOOST_CHECK_THROW(ask(subject), Error);
  sql("DELETE FROM jobs WHERE request_id = " + id);
  BOOST_CHECK(ask(request).empty());
  BOOST_CHECK_THROW(ask(subject), Error);
  // A loop: no job's entry may link to itself or forwards.
  sql("DROP TRIGGER ledger_never_changes; UPDATE ledger SET entry = json_set(entry, '$.prev', seq)");
  request.request_id = std::find_if(accepted + 1, entries.end(), [](const ledger::Entry& entry) {
                         return entry.type == ledger::EntryType::JobAccepted;
                       })->request_id;
  BOOST_CHECK_THROW(ask(request), Error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey::store

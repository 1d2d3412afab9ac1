// Everything that somebody who may write the database could do to it, and what of it verification sees.
#include <sqlite3.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "base/crypto.h"
#include "engine/verification.h"
#include "ledger/tree.h"
#include "store/sqlite_store.h"
#include "support/fake_clock.h"
#include "support/sampled.h"
#include "support/small_ledger.h"

using namespace latchkey;
using test::SmallLedger;

namespace {

using Codes = std::set<std::string>;

std::string text_of(const Codes& codes) {
  std::string text;
  for (const std::string& code : codes) text += code + " ";
  return text;
}

bool has(const Codes& codes, const std::string& code) {
  return codes.contains(code);
}

std::int64_t size_of(SmallLedger& ledger) {
  return ledger.database().execAndGet("SELECT count(*) FROM ledger").getInt64();
}

std::vector<std::string> strings(SQLite::Database& database, const std::string& sql) {
  std::vector<std::string> found;
  SQLite::Statement query(database, sql);
  while (query.executeStep()) found.push_back(query.getColumn(0).getString());
  return found;
}

// Columns of which a byte may change unseen, and why that changes nothing that has happened.
const std::map<std::string, std::string> kIrrelevant{
    {"jobs.id", "a number that only says which job is older; their entries say it, too"},
    {"jobs.payload_mac", "tells whether a repeated requestId is the same request; nothing was done by it"},
    {"jobs.due_at", "of a job that has ended: when a try that was not made would have been due"},
    {"jobs.tries", "how many of the attempts count towards the limit; what was attempted is in the entries"},
    {"jobs.unknown_retried", "whether one more call may be made; after such a call the entries show it"},
    {"jobs.import", "what the job still waits for before it may be taken"},
    {"jobs.ready", "whether the job may be taken at the next turn"},
    {"checkpoints.id", "a number that only says which row is older"},
};

/// Changes one byte of a value after another, and sees what verification says.
class EveryByte {
 public:
  explicit EveryByte(SmallLedger& ledger) : ledger_(ledger), database_(ledger.database()) {
    database_.exec("ATTACH ':memory:' AS kept");
  }

  void change_all(const std::string& table) {
    const auto columns =
        strings(database_, "SELECT name FROM pragma_table_xinfo('" + table + "') WHERE hidden = 0");
    std::string list;
    for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + column;
    database_.exec("CREATE TABLE kept." + table + " AS SELECT " + list + " FROM main." + table);
    restore_ = "BEGIN; DELETE FROM main." + table + "; INSERT INTO main." + table + " (" + list +
               ") SELECT " + list + " FROM kept." + table + " ORDER BY rowid; COMMIT";
    const std::string key = columns.front();  // of every table the first column is the key
    for (const std::string& row : strings(database_, "SELECT quote(" + key + ") FROM main." + table)) {
      for (const std::string& column : columns) {
        if (table + "." + column != "ledger.entry") change_value(table, column, key + " = " + row);
      }
    }
  }
  int changes() const { return changes_; }
  const std::set<std::string>& unseen() const { return unseen_; }

 private:
  void change_value(const std::string& table, const std::string& column, const std::string& row) {
    const std::string update = "UPDATE main." + table + " SET " + column + " = ? WHERE " + row;
    const SQLite::Column value =
        database_.execAndGet("SELECT " + column + " FROM main." + table + " WHERE " + row);
    const auto change = [&](auto... parts) {
      SQLite::Statement statement(database_, update);
      statement.bind(1, parts...);
      if (statement.tryExecuteStep() == SQLITE_CONSTRAINT) return;  // a key that is taken
      ++changes_;
      if (ledger_.findings().empty()) unseen_.insert(table + "." + column);
      database_.exec(restore_);
    };
    if (value.isNull()) {
      const bool is_text = column == "outcome" || column == "code";
      return is_text ? change("accepted") : change(1);
    }
    if (value.isInteger()) {
      for (int byte = 0; byte < 8; ++byte) change(value.getInt64() ^ (std::int64_t{1} << (8 * byte)));
      return;
    }
    const std::string bytes(static_cast<const char*>(value.getBlob()),
                            static_cast<std::size_t>(value.getBytes()));
    const bool blob = value.isBlob();
    for (std::size_t at = 0; at < bytes.size(); at += test::kEveryBytes) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      if (blob) {
        change(static_cast<const void*>(changed.data()), static_cast<int>(changed.size()));
      } else {
        change(changed);
      }
    }
  }

  SmallLedger& ledger_;
  SQLite::Database& database_;
  std::string restore_;
  int changes_ = 0;
  std::set<std::string> unseen_;
};

const std::vector<std::string> kIndexed{"code", "linkFp", "outcome", "providerRequestId", "type"};

// Picks one row of the index by a member.
std::string first_row(const std::string& member) {
  return "(member, value, seq) = (SELECT member, value, seq FROM ledger_index WHERE member = '" + member +
         "' LIMIT 1)";
}

std::string sql_of(SmallLedger& ledger, const std::string& index) {
  return strings(ledger.database(), "SELECT sql FROM sqlite_master WHERE name = '" + index + "'").at(0);
}

SQLite::Database open(SmallLedger& ledger) {
  return SQLite::Database(ledger.file().string(), SQLite::OPEN_READWRITE, 5000);
}

void define(SmallLedger& ledger, const std::string& name, const std::string& sql) {
  SQLite::Database database = open(ledger);
  database.exec("PRAGMA writable_schema = ON");
  SQLite::Statement update(database, "UPDATE sqlite_master SET sql = ? WHERE name = ?");
  update.bind(1, sql);
  update.bind(2, name);
  update.exec();
}

// Gives an index the rows of another definition, and then its own definition again.
void rebuild_index(SmallLedger& ledger, const std::string& index,
                   const std::function<std::string(const std::string& sql)>& other) {
  const std::string sql = sql_of(ledger, index);
  define(ledger, index, other(sql));
  open(ledger).exec("REINDEX " + index);
  define(ledger, index, sql);
}

boost::test_tools::predicate_result only_finding_is_of(const SmallLedger& ledger, const std::string& index) {
  const engine::VerifyReport report = ledger.verify();
  const auto& kept = report.findings.kept();
  boost::test_tools::predicate_result result(kept.size() == 1 && kept.front().code == "E_INTEGRITY" &&
                                             kept.front().text.starts_with("the index by " + index + " "));
  result.message() << index << ":";
  for (const ledger::Finding& finding : kept) result.message() << " " << finding.code << " " << finding.text;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verification_tests)

BOOST_AUTO_TEST_CASE(a_ledger_that_nobody_touched_holds_at_every_step) {
  SmallLedger ledger;
  const engine::VerifyReport report = ledger.verify();
  for (const ledger::Finding& finding : report.findings.kept())
    BOOST_ERROR(finding.code << " " << finding.text);
  BOOST_TEST(report.entries == 39);
  BOOST_TEST(report.jobs == 9);
  BOOST_TEST(report.checkpoints.good == 2);
  BOOST_TEST(report.checkpoints.largest == report.entries);
  BOOST_TEST(report.origin == "test/ledger");
  ledger.anchors.clear();
  for (const auto& copy : ledger.copies()) {
    BOOST_TEST(text_of(ledger.findings(copy)) == "", copy.filename());
  }
}

BOOST_AUTO_TEST_CASE(every_changed_byte_is_seen_or_says_nothing_about_history) {
  SmallLedger ledger;
  EveryByte every(ledger);
  for (const char* table :
       {"ledger", "ledger_index", "ledger_node", "checkpoints", "jobs", "subjects", "pruned_jobs"}) {
    every.change_all(table);
  }
  BOOST_TEST(every.changes() * test::kEveryBytes > 1'500);
  BOOST_TEST(ledger.findings().empty());
  for (const std::string& cell : every.unseen()) {
    BOOST_TEST(kIrrelevant.contains(cell), cell << " can be changed unseen");
  }
  for (const auto& [cell, why] : kIrrelevant) {
    BOOST_TEST(every.unseen().contains(cell), cell << " is looked at; it need not be excused");
  }
}

// In the file itself: where an index is computed from the entries, SQL would refuse what is no JSON.
BOOST_AUTO_TEST_CASE(every_changed_byte_of_an_entry_is_seen) {
  SmallLedger ledger;
  const auto copy = ledger.copy("bytes.db");
  std::string whole;
  {
    std::ifstream in(copy, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(in), {});
  }
  std::fstream file(copy, std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte).flush();
  };
  int changes = 0;
  for (const std::string& entry : strings(ledger.database(), "SELECT entry FROM ledger")) {
    const std::size_t begin = whole.find(entry);
    BOOST_REQUIRE(begin != std::string::npos);
    for (std::size_t at = begin; at < begin + entry.size(); at += test::kEveryBytes, ++changes) {
      put(at, static_cast<char>(whole[at] ^ 1));
      BOOST_TEST(has(ledger.findings(copy), "E_ENTRY_HASH"), "byte " << at - begin << " of " << entry);
      put(at, whole[at]);
    }
  }
  file.close();
  BOOST_TEST(changes * test::kEveryBytes > 5'000);
  BOOST_TEST(ledger.findings(copy).empty());
}

BOOST_AUTO_TEST_CASE(a_row_that_is_gone_is_named) {
  SmallLedger ledger;
  const std::int64_t size = size_of(ledger);
  ledger.database().exec("CREATE TEMP TABLE kept AS SELECT seq, entry FROM ledger");
  for (std::int64_t seq = 0; seq < size; ++seq) {
    ledger.tamper("DELETE FROM ledger WHERE seq = " + std::to_string(seq));
    const bool last = seq + 1 == size;
    const engine::VerifyReport report = ledger.verify();
    const auto& found = report.findings.kept();
    BOOST_TEST(std::any_of(found.begin(), found.end(),
                           [&](const ledger::Finding& finding) {
                             return last ? finding.code == "E_ROLLBACK"
                                         : finding.code == "E_SEQ" && finding.seq == seq;
                           }),
               seq);
    ledger.tamper("INSERT INTO ledger (seq, entry) SELECT seq, entry FROM kept WHERE seq = " +
                  std::to_string(seq));
  }
  BOOST_TEST(ledger.findings().empty());
}

BOOST_AUTO_TEST_CASE(two_swapped_rows_are_seen) {
  SmallLedger ledger;
  ledger.tamper(
      "UPDATE ledger SET entry = (SELECT entry FROM ledger AS other WHERE other.seq = 5 - ledger.seq) "
      "WHERE seq IN (2, 3)");
  BOOST_TEST(has(ledger.findings(), "E_SEQ"));
  BOOST_TEST(has(ledger.findings(), "E_ENTRY_HASH"));
}

BOOST_AUTO_TEST_CASE(a_changed_entry_is_one_finding_of_the_tree_and_one_root) {
  SmallLedger ledger;
  ledger.anchors.clear();
  ledger.tamper("DELETE FROM checkpoints");
  ledger.tamper("UPDATE ledger SET entry = replace(entry, 'token:t1', 'token:t2') WHERE seq = 1");
  BOOST_TEST(text_of(ledger.findings()) == "E_ENTRY_HASH ");
  BOOST_TEST(ledger.verify().findings.total() == 1);
  BOOST_TEST(ledger.verify().findings.kept().front().request_id == "sent");
}

BOOST_AUTO_TEST_CASE(a_forger_who_rebuilds_the_tree_is_caught_by_the_root) {
  SmallLedger ledger;
  ledger.tamper("UPDATE ledger SET entry = replace(entry, 'token:t1', 'token:t2') WHERE seq = 1");
  ledger.rebuild_tree();
  BOOST_TEST(text_of(ledger.findings()) == "E_ROOT ");
}

BOOST_AUTO_TEST_CASE(a_dropped_trigger_is_seen_even_when_nothing_was_rewritten) {
  SmallLedger ledger;
  ledger.tamper("DROP TRIGGER ledger_never_changes");
  BOOST_TEST(text_of(ledger.findings()) == "E_SCHEMA ");
  ledger.tamper("CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger BEGIN SELECT 1; END");
  BOOST_TEST(text_of(ledger.findings()) == "E_SCHEMA ");
}

BOOST_AUTO_TEST_CASE(an_older_state_is_caught_by_the_anchor_and_by_nothing_else) {
  SmallLedger ledger;
  for (const auto& copy : ledger.copies()) {
    if (copy == ledger.copies().back()) break;
    BOOST_TEST(text_of(ledger.findings(copy)) == "E_ROLLBACK ", copy.filename());
  }
}

BOOST_AUTO_TEST_CASE(a_cut_tail_is_caught_by_the_anchor_at_every_seq) {
  SmallLedger ledger;
  ledger.rebuild_tree();  // a row for each node
  for (auto size = size_of(ledger) - 1; size > 0; --size) {
    const auto from = std::to_string(size);
    ledger.tamper("DELETE FROM ledger_node WHERE idx >= " + std::to_string(ledger::node_count(size)));
    ledger.tamper("DELETE FROM checkpoints WHERE size > " + from);
    for (const std::string rows : {"ledger WHERE seq", "jobs WHERE last_seq", "pruned_jobs WHERE last_seq"})
      ledger.tamper("DELETE FROM " + rows + " >= " + from);
    BOOST_TEST(has(ledger.findings(), "E_ROLLBACK"), size);
  }
}

BOOST_AUTO_TEST_CASE(a_forged_fork_gives_up_nothing) {
  SmallLedger ledger;
  const auto older = ledger.copies().front();
  {
    FakeClock clock;
    store::SqliteStore store(older, clock);
    store::Transaction transaction(store);
    ledger::Entry fork;
    fork.type = ledger::EntryType::LogInit;
    fork.origin = "test/forged";
    fork.old_origin = "test/ledger";
    fork.last_checkpoint = std::string(64, '0');
    fork.reason = "nothing to see here";
    store.append(fork);
    transaction.commit();
  }
  BOOST_TEST(has(ledger.findings(older), "E_ROLLBACK"));
  BOOST_TEST(has(ledger.findings(older), "E_ORIGIN"));
  ledger.key->name = "test/forged";  // ledger.vkey lies beside the database, and is public
  BOOST_TEST(has(ledger.findings(older), "E_ROLLBACK"));
}

BOOST_AUTO_TEST_CASE(another_ledgers_database_is_not_taken_for_this_one) {
  const SmallLedger ledger;
  const SmallLedger other("other/ledger");
  BOOST_TEST(has(ledger.findings(other.file()), "E_ORIGIN"));
  BOOST_TEST(has(ledger.findings(other.file()), "E_SIGNATURE") == false);  // the same key signs both
}

BOOST_AUTO_TEST_CASE(a_checkpoint_by_another_key_is_not_believed) {
  SmallLedger ledger;
  ledger.key->public_key = ed25519_public_key(Secret(std::string(32, 'x')));
  BOOST_TEST(text_of(ledger.findings()) == "E_SIGNATURE ");
}

BOOST_AUTO_TEST_CASE(a_line_of_the_anchors_that_is_no_checkpoint_is_named) {
  SmallLedger ledger;
  ledger.anchors.push_back({"checkpoints.log line 7", "", true});
  BOOST_TEST(text_of(ledger.findings()) == "E_ANCHOR ");
  BOOST_TEST(ledger.verify().findings.kept().front().text == "checkpoints.log line 7 is no checkpoint");
}

BOOST_AUTO_TEST_CASE(a_job_row_that_contradicts_its_entries_is_named) {
  SmallLedger ledger;
  ledger.tamper("UPDATE jobs SET state = 'failed', code = 'timeout' WHERE request_id = 'sent'");
  const engine::VerifyReport report = ledger.verify();
  BOOST_TEST(report.findings.total() == 1);
  const ledger::Finding& finding = report.findings.kept().front();
  BOOST_TEST(finding.code == "E_JOB");
  BOOST_TEST(finding.request_id == "sent");
  BOOST_TEST(finding.text.ends_with("which lead to done after 1 attempts: state, code"), finding.text);
}

BOOST_AUTO_TEST_CASE(a_job_row_that_is_gone_or_was_made_up_is_named) {
  SmallLedger ledger;
  ledger.tamper("DELETE FROM jobs WHERE request_id = 'sent'");
  BOOST_TEST(text_of(ledger.findings()) == "E_JOB_MISSING ");
  BOOST_TEST(ledger.verify().findings.kept().front().request_id == "sent");
  ledger.tamper("UPDATE jobs SET request_id = 'made-up' WHERE request_id = 'held'");
  BOOST_TEST(text_of(ledger.findings()) == "E_JOB E_JOB_MISSING ");
}

BOOST_AUTO_TEST_CASE(a_recipient_that_is_gone_without_an_erasure_is_named) {
  SmallLedger ledger;
  ledger.tamper("DELETE FROM subjects WHERE recipient = 'siti@example.com'");
  BOOST_TEST(text_of(ledger.findings()) == "E_SUBJECT_MISSING ");
}

BOOST_AUTO_TEST_CASE(a_recipient_that_was_exchanged_is_named_and_not_shown) {
  SmallLedger ledger;
  ledger.tamper(
      "UPDATE subjects SET recipient = 'eve@example.com', address = 'eve@example.com' "
      "WHERE recipient = 'siti@example.com'");
  BOOST_TEST(text_of(ledger.findings()) == "E_SUBJECT ");
  BOOST_TEST(ledger.verify().findings.kept().front().text.find('@') == std::string::npos);
}

// Whoever can write the database could have links mailed to himself between two of a customer's jobs.
BOOST_AUTO_TEST_CASE(an_address_for_mails_that_was_exchanged_is_named_and_not_shown) {
  for (const char* change : {"'eve@example.com'", "NULL", "''", "'no address'", "CAST(X'FF40FF' AS TEXT)"}) {
    SmallLedger ledger;
    BOOST_REQUIRE(ledger.findings().empty());
    ledger.tamper("UPDATE subjects SET deliver_to = " + std::string(change) + " WHERE recipient = 'cus_2'");
    const auto report = ledger.verify();
    BOOST_TEST(text_of(ledger.findings()) == "E_SUBJECT ", change);
    for (const auto& finding : report.findings.kept()) {
      BOOST_TEST(finding.text.find("eve") == std::string::npos);
      BOOST_TEST(finding.text.find("deliver_to") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_address_for_mails_may_be_spelled_otherwise_as_a_recipient_may) {
  SmallLedger ledger;
  ledger.tamper("UPDATE subjects SET deliver_to = 'CUSTOMER@example.COM' WHERE recipient = 'cus_2'");
  BOOST_TEST(text_of(ledger.findings()) == "");
}

BOOST_AUTO_TEST_CASE(an_address_for_mails_that_no_job_was_given_is_named) {
  SmallLedger ledger;
  ledger.tamper("UPDATE subjects SET deliver_to = 'eve@example.com' WHERE recipient = 'cus_1'");
  BOOST_TEST(text_of(ledger.findings()) == "E_SUBJECT ");
}

BOOST_AUTO_TEST_CASE(an_index_that_hides_rows_is_seen) {
  SmallLedger ledger;
  rebuild_index(ledger, "jobs_waiting", [](const std::string& sql) { return sql + " AND id < 0"; });
  BOOST_TEST(text_of(ledger.findings()) == "E_INTEGRITY ");
}

BOOST_AUTO_TEST_CASE(an_index_over_the_entries_that_hides_a_row_is_named) {
  for (const std::string& member : kIndexed) {
    SmallLedger ledger;
    ledger.tamper("DELETE FROM ledger_index WHERE " + first_row(member));
    BOOST_TEST(only_finding_is_of(ledger, member));
  }
}

BOOST_AUTO_TEST_CASE(an_index_over_the_entries_with_a_row_too_many_is_named) {
  for (const std::string& member : kIndexed) {
    SmallLedger ledger;
    ledger.tamper("INSERT INTO ledger_index VALUES ('" + member + "', 'made up', 1)");
    BOOST_TEST(only_finding_is_of(ledger, member));
  }
}

BOOST_AUTO_TEST_CASE(an_index_over_the_entries_with_another_value_is_named) {
  for (const std::string& member : kIndexed) {
    SmallLedger ledger;
    ledger.tamper("UPDATE ledger_index SET value = 'another' WHERE " + first_row(member));
    BOOST_TEST(only_finding_is_of(ledger, member));
  }
}

// Every row is there, and a search does not find it.
BOOST_AUTO_TEST_CASE(an_index_over_the_entries_that_is_out_of_order_is_named) {
  SmallLedger ledger;
  const std::string sql = sql_of(ledger, "ledger_index");
  ledger.tamper("CREATE TABLE kept AS SELECT * FROM ledger_index");
  define(ledger, "ledger_index",
         sql.substr(0, sql.find("value, seq)")) + "value DESC, seq)) STRICT, WITHOUT ROWID");
  open(ledger).exec(
      "DROP TRIGGER ledger_index_never_shrinks; DELETE FROM ledger_index; "
      "INSERT INTO ledger_index SELECT * FROM kept; DROP TABLE kept");
  define(ledger, "ledger_index", sql);
  open(ledger).exec(
      "CREATE TRIGGER ledger_index_never_shrinks BEFORE DELETE ON ledger_index\n"
      "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END");
  const engine::VerifyReport report = ledger.verify();
  const auto& found = report.findings.kept();
  BOOST_TEST(std::any_of(found.begin(), found.end(), [](const ledger::Finding& finding) {
    return finding.text == "the index by type is out of order";
  }));
}

// Reading from end to end does not look at the keys in the pages above the rows; a search goes by them.
BOOST_AUTO_TEST_CASE(an_entry_that_a_search_would_miss_is_seen) {
  SmallLedger ledger;
  const auto copy = ledger.copy("search.db");
  std::string whole;
  {
    std::ifstream in(copy, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto number = [&](const char* sql) {
    return static_cast<std::size_t>(SQLite::Database(copy.string()).execAndGet(sql).getInt64());
  };
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(whole[at]); };
  // An interior page of a table, with its first cell: https://www.sqlite.org/fileformat.html
  const std::size_t page =
      (number("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'") - 1) * number("PRAGMA page_size");
  BOOST_REQUIRE(byte(page) == 5);
  const std::size_t key = page + byte(page + 12) * 256U + byte(page + 13) + 4;
  BOOST_REQUIRE((byte(key) > 0 && byte(key) < 0x7F));
  std::fstream file(copy, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(key)).put(static_cast<char>(byte(key) - 1)).flush();
  BOOST_TEST(text_of(ledger.findings(copy)) == "E_INTEGRITY ");
}

BOOST_AUTO_TEST_CASE(an_entry_of_a_job_that_the_table_forbids_is_named) {
  SmallLedger ledger;
  ledger.anchors.clear();
  ledger.tamper("DELETE FROM checkpoints");
  ledger.tamper("UPDATE ledger SET entry = replace(entry, 'attempt.result', 'job.failed') WHERE seq = 3");
  ledger.rebuild_tree();
  const engine::VerifyReport report = ledger.verify();
  BOOST_TEST(report.findings.kept().front().code == "E_NO_RESULT");
  BOOST_TEST(report.findings.kept().front().text.find("attempt 1: its intent, seq 2,") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

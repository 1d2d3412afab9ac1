// The ledger: entries, the tree over them, checkpoints. What is asked of it: sqlite_questions.cpp.
#include <algorithm>

#include "base/time_text.h"
#include "store/sqlite_store.h"

namespace latchkey::store {

Head SqliteStore::read_head() {
  auto query = connection_.query("SELECT seq, t FROM ledger ORDER BY seq DESC LIMIT 1");
  if (!query.step()) return Head{};
  const auto time = parse_rfc3339(query.text(1));
  if (!time) throw Error("the last entry of the ledger has no readable time");
  return Head{query.integer(0) + 1, *time};
}

std::int64_t SqliteStore::append(ledger::Entry& entry) {
  Head& head = end_.head;
  entry.seq = head.size;
  entry.t = std::max(now_, head.last_time);
  if (now_ < head.last_time) entry.clock = now_;
  const std::string bytes = ledger::encode(entry);
  write("INSERT INTO ledger (seq, entry) VALUES (?, ?)").bind(entry.seq).bind(bytes).run();
  end_.tree.append(ledger::leaf_hash(bytes), [this](std::int64_t index, const ledger::Hash& hash) {
    write("INSERT INTO ledger_node VALUES (?, ?)").bind(index).bind_blob(bytes_of(hash)).run();
  });
  ++head.size;
  head.last_time = entry.t;
  return entry.seq;
}

ledger::Hash SqliteStore::node(std::int64_t index) {
  auto query = connection_.query("SELECT hash FROM ledger_node WHERE idx = ?");
  query.bind(index);
  ledger::Hash hash{};
  if (!query.step() || query.blob(0).size() != hash.size()) {
    throw Error("the ledger's tree lacks its node " + std::to_string(index) +
                ": see `latchkey audit verify`");
  }
  const std::string bytes = query.blob(0);
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

ledger::ReadNode SqliteStore::node_reader() {
  return [this](std::int64_t index) { return node(index); };
}

void SqliteStore::put_checkpoint(std::int64_t size, const std::string& note) {
  write("INSERT INTO checkpoints (size, note) VALUES (?, ?)").bind(size).bind(note).run();
}

std::optional<std::string> SqliteStore::last_checkpoint() {
  auto query = connection_.query("SELECT note FROM checkpoints ORDER BY id DESC LIMIT 1");
  if (!query.step()) return std::nullopt;
  return query.text(0);
}

std::int64_t SqliteStore::last_daily() {
  auto query = connection_.query("SELECT daily FROM daemon");
  LATCHKEY_CHECK(query.step());
  return query.integer(0);
}

void SqliteStore::put_last_daily(std::int64_t day) {
  write("UPDATE daemon SET daily = ?").bind(day).run();
}

void SqliteStore::require_same_file() {
  connection_.require_same_file();
}

std::optional<std::string> SqliteStore::entry(std::int64_t seq) {
  auto query = connection_.query("SELECT entry FROM ledger WHERE seq = ?");
  query.bind(seq);
  if (!query.step()) return std::nullopt;
  return query.text(0);
}

}  // namespace latchkey::store

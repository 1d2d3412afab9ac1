// The ledger: entries, the tree over them, checkpoints. What is asked of it: sqlite_questions.cpp.
#include <algorithm>

#include "base/time_text.h"
#include "ledger/entry_indexes.h"
#include "ledger/member.h"
#include "store/sqlite_store.h"

namespace latchkey::store {
namespace {

constexpr std::size_t kNode = sizeof(ledger::Hash);
// So many entries wait in memory: a page that a savepoint has to copy before it is written costs more than
// the row.
constexpr std::size_t kEntriesAtOnce = 16;
// What fits into a page beside its header, so that no row spills into pages of its own.
constexpr std::size_t kRowOfNodes = 126 * kNode;

}  // namespace

Head SqliteStore::read_head() {
  auto query = connection_.query("SELECT seq, entry FROM ledger ORDER BY seq DESC LIMIT 1");
  if (!query.step()) return Head{};
  const auto text = ledger::text_member(query.text_view(1), "t");
  const auto time = text ? parse_rfc3339(*text) : std::nullopt;
  if (!time) throw Error("the last entry of the ledger has no readable time");
  return Head{query.integer(0) + 1, *time};
}

std::int64_t SqliteStore::append(ledger::Entry& entry) {
  LATCHKEY_CHECK(in_transaction_);
  Head& head = end_.head;
  entry.seq = head.size;
  entry.t = std::max(now_, head.last_time);
  if (now_ < head.last_time) entry.clock = now_;
  std::string bytes = ledger::encode(entry);
  ledger::each_index_row(entry, [&](ledger::EntryIndex index, std::string_view value) {
    write("INSERT INTO ledger_index VALUES (?, ?, ?)").bind(name(index)).bind(value).bind(entry.seq).run();
  });
  end_.tree.append(ledger::leaf_hash(bytes),
                   [this](std::int64_t, const ledger::Hash& hash) { end_.nodes.append(bytes_of(hash)); });
  end_.entries.push_back(std::move(bytes));
  ++head.size;
  head.last_time = entry.t;
  if (end_.entries.size() == kEntriesAtOnce) write_entries();
  if (end_.nodes.size() >= kRowOfNodes) write_row_of_nodes();
  return entry.seq;
}

void SqliteStore::write_entries() {
  std::int64_t seq = end_.head.size - static_cast<std::int64_t>(end_.entries.size());
  for (const std::string& bytes : end_.entries) {
    write("INSERT INTO ledger (seq, entry) VALUES (?, ?)").bind(seq++).bind(bytes).run();
  }
  end_.entries.clear();
}

void SqliteStore::write_row_of_nodes() {
  const std::string_view row = std::string_view(end_.nodes).substr(0, kRowOfNodes);
  const std::int64_t index =
      ledger::node_count(end_.tree.size()) - static_cast<std::int64_t>(end_.nodes.size() / kNode);
  write("INSERT INTO ledger_node VALUES (?, ?)").bind(index).bind_blob(row).run();
  end_.nodes.erase(0, row.size());
}

void SqliteStore::write_end() {
  if (!end_.entries.empty()) write_entries();
  while (!end_.nodes.empty()) write_row_of_nodes();
}

ledger::Hash SqliteStore::node(std::int64_t index) {
  write_end();
  auto query =
      connection_.query("SELECT idx, hashes FROM ledger_node WHERE idx <= ? ORDER BY idx DESC LIMIT 1");
  query.bind(index);
  ledger::Hash hash{};
  const std::string row = query.step() ? query.blob(1) : std::string();
  const std::size_t at = row.empty() ? 0 : static_cast<std::size_t>(index - query.integer(0)) * kNode;
  if (row.size() < at + kNode) {
    throw Error("the ledger's tree lacks its node " + std::to_string(index) +
                ": see `latchkey audit verify`");
  }
  std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(at), kNode, hash.begin());
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
  write_end();
  auto query = connection_.query("SELECT entry FROM ledger WHERE seq = ?");
  query.bind(seq);
  if (!query.step()) return std::nullopt;
  return query.text(0);
}

}  // namespace latchkey::store

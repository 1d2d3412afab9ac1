// The ledger: entries, the tree over them, checkpoints.
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

// Entry times never decrease, so a time is found in seq by bisection.
std::int64_t SqliteStore::first_seq_at(TimePoint time) {
  const std::string text = format_utc(time);
  std::int64_t low = 0;
  std::int64_t high = read_head().size;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    auto query = connection_.query("SELECT t < ? FROM ledger WHERE seq = ?");
    query.bind(text).bind(middle);
    if (query.step() && query.integer(0) != 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void SqliteStore::each_entry(const EntryFilter& filter,
                             const std::function<bool(const std::string&)>& visit) {
  const std::int64_t from = filter.from ? first_seq_at(*filter.from) : 0;
  const std::int64_t to = filter.to ? first_seq_at(*filter.to) : read_head().size;
  const auto bind_and_visit = [&](Query query) {
    query.bind(from).bind(to);
    query.bind(filter.type ? std::optional(ledger::name(*filter.type)) : std::nullopt);
    query.bind(filter.provider ? std::optional(job::name(*filter.provider)) : std::nullopt);
    query.bind(filter.outcome ? std::optional(job::name(*filter.outcome)) : std::nullopt);
    query.bind(filter.code ? std::optional(job::name(*filter.code)) : std::nullopt);
    while (query.step() && visit(query.text(0))) {
    }
  };
#define LATCHKEY_ENTRIES                                                                                    \
  "SELECT entry FROM ledger WHERE seq >= ?1 AND seq < ?2 AND (?3 IS NULL OR type = ?3) AND (?4 IS NULL OR " \
  "provider = ?4) AND (?5 IS NULL OR outcome = ?5) AND (?6 IS NULL OR code = ?6) ORDER BY seq "
  if (filter.newest_first) {
    bind_and_visit(connection_.query(LATCHKEY_ENTRIES "DESC"));
  } else {
    bind_and_visit(connection_.query(LATCHKEY_ENTRIES "ASC"));
  }
#undef LATCHKEY_ENTRIES
}

}  // namespace latchkey::store

// Retention and erasure of SqliteStore: what leaves the database, and how it leaves its files.
#include <poll.h>

#include "store/file_scan.h"
#include "store/sqlite_store.h"

namespace latchkey::store {
namespace {

constexpr int kTryAgainMs = 100;

}  // namespace

std::vector<std::string> SqliteStore::jobs_finished_before(TimePoint cut_off) {
  auto query = connection_.query(
      "SELECT request_id FROM jobs WHERE state IN ('done', 'failed', 'stale', 'cancelled') "
      "AND finished_at < ? ORDER BY id");
  query.bind(cut_off);
  std::vector<std::string> request_ids;
  while (query.step()) request_ids.push_back(query.text(0));
  return request_ids;
}

bool SqliteStore::prune_job(const std::string& request_id) {
  const int kept = write(
                       "INSERT INTO pruned_jobs SELECT request_id, last_seq FROM jobs WHERE request_id = ? "
                       "AND state IN ('done', 'failed', 'stale', 'cancelled')")
                       .bind(request_id)
                       .run();
  if (kept == 0) return false;
  write("DELETE FROM jobs WHERE request_id = ?").bind(request_id).run();
  return true;
}

std::optional<std::int64_t> SqliteStore::pruned_job(const std::string& request_id) {
  auto query = connection_.query("SELECT last_seq FROM pruned_jobs WHERE request_id = ?");
  query.bind(request_id);
  if (!query.step()) return std::nullopt;
  return query.integer(0);
}

std::vector<std::string> SqliteStore::subjects_without_jobs(TimePoint cut_off) {
  auto query = connection_.query(
      "SELECT id FROM subjects WHERE last_accepted_seq < ? AND id NOT IN (SELECT subject FROM jobs)");
  query.bind(first_seq_at(connection_, cut_off, head().size));
  std::vector<std::string> ids;
  while (query.step()) ids.push_back(query.text(0));
  return ids;
}

void SqliteStore::erase_subject(const std::string& id) {
  write("DELETE FROM subjects WHERE id = ?").bind(id).run();
  write("UPDATE daemon SET scrub_due = 1").run();
}

void SqliteStore::put_suppression(job::Provider provider, const std::string& hash) {
  write("INSERT INTO suppressions VALUES (?, ?) ON CONFLICT DO NOTHING")
      .bind(job::name(provider))
      .bind_blob(hash)
      .run();
}

bool SqliteStore::has_suppressions() {
  return connection_.query("SELECT 1 FROM suppressions LIMIT 1").step();
}

bool SqliteStore::is_suppressed(job::Provider provider, const std::string& hash) {
  auto query = connection_.query("SELECT 1 FROM suppressions WHERE provider = ? AND hash = ?");
  query.bind(job::name(provider)).bind_blob(hash);
  return query.step();
}

// secure_delete has overwritten the rows. What it does not reach: pages that are older, in the WAL, and cells
// that moving rows between pages has left in the free part of one, which rebuilding the index clears, and
// VACUUM for certain.
Scrubbed SqliteStore::scrub(const std::vector<std::string>& erased, bool anew, Millis patience) {
  LATCHKEY_CHECK(!in_transaction_);
  connection_.execute("REINDEX subjects");
  Scrubbed result;
  const Millis until = clock_.now().boot + patience;
  for (;;) {
    const bool emptied = connection_.empty_wal();
    const FileScan found = scan_database(connection_.path(), needles_for(erased));
    result.copies = found.copies;
    result.in_the_way = emptied ? "" : found.reader;
    if (result.copies == 0 && (result.rewritten || !anew)) {
      scrub_is_done();
      return result;
    }
    if (emptied && !result.rewritten) {
      result.rewritten = connection_.rewrite();
      if (result.rewritten) continue;
    }
    if (clock_.now().boot >= until) return result;
    poll(nullptr, 0, kTryAgainMs);
  }
}

void SqliteStore::scrub_is_done() {
  Transaction transaction(*this);
  write("UPDATE daemon SET scrub_due = 0").run();
  transaction.commit();
}

bool SqliteStore::scrub_is_due() {
  auto query = connection_.query("SELECT scrub_due FROM daemon");
  return query.step() && query.integer(0) != 0;
}

Needles SqliteStore::needles_for(const std::vector<std::string>& erased) {
  Needles needles(erased);
  auto query = connection_.query("SELECT recipient, address, deliver_to, salt FROM subjects");
  while (query.step()) {
    needles.allow(query.text(0));
    needles.allow(query.text(1));
    if (!query.is_null(2)) needles.allow(query.text(2), query.blob(3));
  }
  return needles;
}

}  // namespace latchkey::store

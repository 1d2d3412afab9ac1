// The batches of SqliteStore, and how far each has come.
#include "store/sqlite_store.h"

#define LATCHKEY_SELECT_BATCHES                                                                        \
  "SELECT id, definition, nominal, provider, state, actor, reason, created_at, submit_until, import, " \
  "first_id, last_id, cancelled_to, definition_digest, recipients_digest, plan, retry, on_complete, "  \
  "finished_at FROM batches "

namespace latchkey::store {
namespace {

Batch read_batch(const Query& row) {
  Batch batch;
  batch.id = row.text(0);
  batch.definition = row.text(1);
  batch.nominal = row.text(2);
  batch.provider = known(job::provider_named(row.text(3)));
  batch.state = known(batch_state_named(row.text(4)));
  batch.actor = row.text(5);
  batch.reason = row.text(6);
  batch.created_at = row.time(7);
  batch.submit_until = row.optional_time(8);
  batch.import = row.integer(9);
  batch.first_id = row.integer(10);
  batch.last_id = row.integer(11);
  batch.cancelled_to = row.integer(12);
  batch.definition_digest = row.text(13);
  batch.recipients_digest = row.text(14);
  batch.plan = row.text(15);
  batch.retry = row.text(16);
  batch.on_complete = row.text(17);
  batch.finished_at = row.optional_time(18);
  return batch;
}

std::vector<Batch> read_batches(Query& query) {
  std::vector<Batch> batches;
  while (query.step()) batches.push_back(read_batch(query));
  return batches;
}

constexpr std::int64_t kBatchPage = 100;

#define LATCHKEY_PAGE_OF_BATCHES(INDEX_AND_CONDITION, COMPARED, ORDER)                   \
  LATCHKEY_SELECT_BATCHES "INDEXED BY " INDEX_AND_CONDITION "(created_at, id) " COMPARED \
                          " (?1, ?2) ORDER "                                             \
                          "BY created_at " ORDER ", id " ORDER " LIMIT ?3"
#define LATCHKEY_OF_ANY "batches_by_age WHERE "
#define LATCHKEY_OF_ONE "batches_by_definition WHERE definition = ?4 AND "

const char* page_statement(bool of_one, bool newest_first) {
  if (of_one) {
    return newest_first ? LATCHKEY_PAGE_OF_BATCHES(LATCHKEY_OF_ONE, "<", "DESC")
                        : LATCHKEY_PAGE_OF_BATCHES(LATCHKEY_OF_ONE, ">", "ASC");
  }
  return newest_first ? LATCHKEY_PAGE_OF_BATCHES(LATCHKEY_OF_ANY, "<", "DESC")
                      : LATCHKEY_PAGE_OF_BATCHES(LATCHKEY_OF_ANY, ">", "ASC");
}

// What follows the batch of this age and id.
std::vector<Batch> read_page(SqliteConnection& connection, const BatchFilter& filter, TimePoint created_at,
                             const std::string& id) {
  auto query = connection.query(page_statement(filter.definition.has_value(), filter.newest_first));
  query.bind(created_at).bind(id).bind(kBatchPage);
  if (filter.definition) query.bind(*filter.definition);
  return read_batches(query);
}

}  // namespace

void SqliteStore::insert_batch(const Batch& batch) {
  write("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(batch.id)
      .bind(batch.definition)
      .bind(batch.nominal)
      .bind(job::name(batch.provider))
      .bind(name(batch.state))
      .bind(batch.actor)
      .bind(batch.reason)
      .bind(batch.created_at)
      .bind(batch.submit_until)
      .bind(batch.import)
      .bind(batch.first_id)
      .bind(batch.last_id)
      .bind(batch.cancelled_to)
      .bind(batch.definition_digest)
      .bind(batch.recipients_digest)
      .bind(batch.plan)
      .bind(batch.retry)
      .bind(batch.on_complete)
      .bind(batch.finished_at)
      .run();
  write("INSERT INTO batch_counts (batch) VALUES (?)").bind(batch.id).run();
}

void SqliteStore::update_batch(const Batch& batch) {
  write(
      "UPDATE batches SET state = ?, submit_until = ?, import = ?, first_id = ?, last_id = ?, "
      "cancelled_to = ?, recipients_digest = ?, plan = ?, finished_at = ? WHERE id = ?")
      .bind(name(batch.state))
      .bind(batch.submit_until)
      .bind(batch.import)
      .bind(batch.first_id)
      .bind(batch.last_id)
      .bind(batch.cancelled_to)
      .bind(batch.recipients_digest)
      .bind(batch.plan)
      .bind(batch.finished_at)
      .bind(batch.id)
      .run();
}

std::optional<Batch> SqliteStore::find_batch(const std::string& id) {
  auto query = connection_.query(LATCHKEY_SELECT_BATCHES "WHERE id = ?");
  query.bind(id);
  if (!query.step()) return std::nullopt;
  return read_batch(query);
}

void SqliteStore::each_batch(const BatchFilter& filter, const std::function<bool(const Batch&)>& visit) {
  TimePoint created_at = filter.newest_first ? TimePoint::max() : TimePoint::min();
  std::string id;
  if (filter.after) {
    const auto last = find_batch(*filter.after);
    if (!last) return;
    created_at = last->created_at;
    id = last->id;
  }
  for (;;) {
    const std::vector<Batch> page = read_page(connection_, filter, created_at, id);
    for (const Batch& batch : page) {
      if (!visit(batch)) return;
    }
    if (static_cast<std::int64_t>(page.size()) < kBatchPage) return;
    created_at = page.back().created_at;
    id = page.back().id;
  }
}

std::vector<Batch> SqliteStore::batches_to_settle(TimePoint now) {
  auto query = connection_.query(LATCHKEY_SELECT_BATCHES
                                 "INDEXED BY batches_held_back WHERE state NOT IN ('open', 'finished') AND "
                                 "((state IN ('cancelled', 'abandoned') AND cancelled_to < last_id) OR "
                                 "(state = 'submitting' AND submit_until <= ?)) ORDER BY id");
  query.bind(now);
  return read_batches(query);
}

std::vector<Batch> SqliteStore::open_batches(const std::string& definition) {
  auto query = connection_.query(LATCHKEY_SELECT_BATCHES
                                 "WHERE definition = ? AND state IN ('submitting', 'open', 'paused') "
                                 "ORDER BY created_at, id");
  query.bind(definition);
  return read_batches(query);
}

std::int64_t SqliteStore::move_in_batch(const std::string& batch, std::optional<job::State> from,
                                        job::State to, TimePoint at) {
  const bool ends = job::is_final(to);
  const std::string before(from ? job::name(*from) : "");
  const std::string after(job::name(to));
  auto query = write(
      "UPDATE batch_counts SET "
      "queued = queued + (?2 = 'queued') - (?1 = 'queued'), "
      "running = running + (?2 = 'running') - (?1 = 'running'), "
      "done = done + (?2 = 'done') - (?1 = 'done'), failed = failed + (?2 = 'failed') - (?1 = 'failed'), "
      "stale = stale + (?2 = 'stale') - (?1 = 'stale'), held = held + (?2 = 'held') - (?1 = 'held'), "
      "cancelled = cancelled + (?2 = 'cancelled') - (?1 = 'cancelled'), "
      "first_end = CASE WHEN ?3 THEN coalesce(first_end, ?4) ELSE first_end END, "
      "last_end = CASE WHEN ?3 THEN max(coalesce(last_end, ?4), ?4) ELSE last_end END "
      "WHERE batch = ?5 RETURNING queued + running + held");
  query.bind(before).bind(after).bind(ends).bind(at).bind(batch);
  if (!query.step()) throw Error("the database has lost the counts of a batch");
  return query.integer(0);
}

BatchCounts SqliteStore::batch_counts(const std::string& batch) {
  auto query = connection_.query(
      "SELECT queued, running, done, failed, stale, held, cancelled, first_end, last_end FROM batch_counts "
      "WHERE batch = ?");
  query.bind(batch);
  BatchCounts counts;
  if (!query.step()) return counts;
  counts.queued = query.integer(0);
  counts.running = query.integer(1);
  counts.done = query.integer(2);
  counts.failed = query.integer(3);
  counts.stale = query.integer(4);
  counts.held = query.integer(5);
  counts.cancelled = query.integer(6);
  counts.first_end = query.optional_time(7);
  counts.last_end = query.optional_time(8);
  return counts;
}

}  // namespace latchkey::store

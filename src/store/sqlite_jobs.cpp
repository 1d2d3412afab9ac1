// The jobs table of SqliteStore.
#include <algorithm>

#include "store/sqlite_store.h"

#define LATCHKEY_JOB_COLUMNS                                                                            \
  "id, request_id, provider, subject, hand_over, payload_mac, batch, state, step, cancel_requested, "   \
  "due_at, "                                                                                            \
  "expires_at, fresh_until, lifetime, attempts, tries, unknown_retried, outcome, code, epoch, import, " \
  "ready, "                                                                                             \
  "created_at, finished_at, last_seq, reprocess_of, reprocessed_as "
// A macro so that every statement below stays a literal: the literal is the key of the prepared statement.
#define LATCHKEY_SELECT_JOBS "SELECT " LATCHKEY_JOB_COLUMNS "FROM jobs "

namespace latchkey::store {
namespace {

using job::Job;

std::optional<job::Step> step_numbered(std::int64_t number) {
  switch (number) {
    case 0:
      return job::Step::None;
    case 1:
      return job::Step::Calling;
    case 2:
      return job::Step::HandingOver;
    default:
      return std::nullopt;
  }
}

Job read_job(const Query& row) {
  Job job;
  job.id = row.integer(0);
  job.request_id = row.text(1);
  job.provider = known(job::provider_named(row.text(2)));
  job.subject = row.text(3);
  job.hand_over = known(job::hand_over_named(row.text(4)));
  job.payload_mac = row.blob(5);
  job.batch = row.text(6);
  job.standing.state = known(job::state_named(row.text(7)));
  job.standing.step = known(step_numbered(row.integer(8)));
  job.standing.cancel_requested = row.integer(9) != 0;
  job.due_at = row.time(10);
  job.expires_at = row.time(11);
  job.fresh_until = row.time(12);
  job.lifetime = Millis(row.integer(13));
  job.attempts = static_cast<int>(row.integer(14));
  job.tries = static_cast<int>(row.integer(15));
  job.unknown_retried = row.integer(16) != 0;
  if (!row.is_null(17)) job.outcome = known(job::outcome_named(row.text(17)));
  if (!row.is_null(18)) job.code = known(job::code_named(row.text(18)));
  job.epoch = row.integer(19);
  job.import = row.integer(20);
  job.ready = row.integer(21) != 0;
  job.created_at = row.time(22);
  job.finished_at = row.optional_time(23);
  job.last_seq = row.integer(24);
  if (!row.is_null(25)) job.reprocess_of = row.text(25);
  if (!row.is_null(26)) job.reprocessed_as = row.text(26);
  return job;
}

std::vector<Job> read_jobs(Query& query) {
  std::vector<Job> jobs;
  while (query.step()) jobs.push_back(read_job(query));
  return jobs;
}

// Of each row its time, as often as the job makes calls.
std::vector<TimePoint> read_times(Query& query, int calls_of_mail) {
  std::vector<TimePoint> times;
  const auto mailed = static_cast<std::size_t>(calls_of_mail);
  while (query.step()) times.insert(times.end(), query.integer(1) != 0 ? mailed : 1, query.time(0));
  return times;
}

template <typename Enum>
std::optional<std::string_view> name_of(const std::optional<Enum>& value) {
  if (!value) return std::nullopt;
  return job::name(*value);
}

// Ids that one statement of each_job looks at: a table's rows, or those of an index that has few of them.
constexpr std::int64_t kJobPage = 1000;
constexpr std::int64_t kTroublePage = 50000;

// Whether an index has the jobs that are asked for.
bool is_about_trouble(const JobFilter& filter) {
  return !filter.states.empty() &&
         std::all_of(filter.states.begin(), filter.states.end(), [](job::State state) {
           return state == job::State::Held || state == job::State::Failed;
         });
}

}  // namespace

std::optional<Job> SqliteStore::find_job(const std::string& request_id) {
  auto query = connection_.query(LATCHKEY_SELECT_JOBS "WHERE request_id = ?");
  query.bind(request_id);
  if (!query.step()) return std::nullopt;
  return read_job(query);
}

void SqliteStore::insert_job(Job& job) {
  write(
      "INSERT INTO jobs (request_id, provider, subject, hand_over, payload_mac, batch, state, due_at, "
      "expires_at, fresh_until, lifetime, epoch, import, ready, created_at, last_seq, "
      "reprocess_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(job.request_id)
      .bind(job::name(job.provider))
      .bind(job.subject)
      .bind(job::name(job.hand_over))
      .bind_blob(job.payload_mac)
      .bind(job.batch)
      .bind(job::name(job.standing.state))
      .bind(job.due_at)
      .bind(job.expires_at)
      .bind(job.fresh_until)
      .bind(job.lifetime.count())
      .bind(job.epoch)
      .bind(job.import)
      .bind(job.ready)
      .bind(job.created_at)
      .bind(job.last_seq)
      .bind(job.reprocess_of)
      .run();
  job.id = connection_.database().getLastInsertRowid();
}

void SqliteStore::update_job(const Job& job) {
  write(
      "UPDATE jobs SET state = ?, step = ?, cancel_requested = ?, due_at = ?, attempts = ?, tries = ?, "
      "unknown_retried = ?, outcome = ?, code = ?, epoch = ?, import = ?, ready = ?, finished_at = ?, "
      "last_seq = ?, reprocessed_as = ? WHERE id = ?")
      .bind(job::name(job.standing.state))
      .bind(static_cast<int>(job.standing.step))
      .bind(job.standing.cancel_requested)
      .bind(job.due_at)
      .bind(job.attempts)
      .bind(job.tries)
      .bind(job.unknown_retried)
      .bind(name_of(job.outcome))
      .bind(name_of(job.code))
      .bind(job.epoch)
      .bind(job.import)
      .bind(job.ready)
      .bind(job.finished_at)
      .bind(job.last_seq)
      .bind(job.reprocessed_as)
      .bind(job.id)
      .run();
}

std::optional<std::int64_t> SqliteStore::each_job(const JobFilter& filter,
                                                  const std::function<bool(const Job&)>& visit) {
  if (filter.subject) {
    std::vector<Job> jobs = jobs_of_subject(*filter.subject);
    if (filter.newest_first) std::reverse(jobs.begin(), jobs.end());
    for (const Job& job : jobs) {
      const bool seen =
          filter.after_id && (filter.newest_first ? job.id >= *filter.after_id : job.id <= *filter.after_id);
      if (seen || !matches(filter, job)) continue;
      if (filter.definition) {
        const auto batch = find_batch(job.batch);
        if (!batch || batch->definition != *filter.definition) continue;
      }
      if (!visit(job)) return std::nullopt;
    }
    return std::nullopt;
  }
  std::string states;  // ",queued,running,": a list that one literal statement can take
  for (const job::State state : filter.states) states += "," + std::string(job::name(state));
  if (!states.empty()) states += ",";
  const auto page_between = [&](std::int64_t from, std::int64_t to, const char* sql) {
    auto query = connection_.query(sql);
    query.bind(name_of(filter.provider));
    query.bind(states);
    query.bind(name_of(filter.outcome)).bind(name_of(filter.code)).bind(filter.batch);
    query.bind(filter.created_from).bind(filter.created_to).bind(from).bind(to).bind(filter.definition);
    return read_jobs(query);
  };
#define LATCHKEY_FILTER_JOBS                                                                       \
  "WHERE (?1 IS NULL OR provider = ?1) AND (?2 = '' OR instr(?2, ',' || state || ',') > 0) AND "   \
  "(?3 IS NULL OR outcome = ?3) AND (?4 IS NULL OR code = ?4) AND (?5 IS NULL OR batch = ?5) AND " \
  "(?6 IS NULL OR created_at >= ?6) AND (?7 IS NULL OR created_at < ?7) AND id >= ?8 AND id < ?9 " \
  "AND (?10 IS NULL OR batch IN (SELECT batches.id FROM batches WHERE definition = ?10)) "
#define LATCHKEY_TROUBLE "AND state IN ('held', 'failed') "
  const bool trouble = is_about_trouble(filter);
  const char* forwards = trouble ? LATCHKEY_SELECT_JOBS
                             "INDEXED BY jobs_in_trouble " LATCHKEY_FILTER_JOBS LATCHKEY_TROUBLE "ORDER BY id"
                                 : LATCHKEY_SELECT_JOBS LATCHKEY_FILTER_JOBS "ORDER BY id";
  const char* backwards = trouble ? LATCHKEY_SELECT_JOBS
                              "INDEXED BY jobs_in_trouble " LATCHKEY_FILTER_JOBS LATCHKEY_TROUBLE
                              "ORDER BY id DESC"
                                  : LATCHKEY_SELECT_JOBS LATCHKEY_FILTER_JOBS "ORDER BY id DESC";
#undef LATCHKEY_TROUBLE
#undef LATCHKEY_FILTER_JOBS
  const std::int64_t page = trouble ? kTroublePage : kJobPage;
  auto [from, to] = ids_of_jobs();
  if (filter.batch) {  // its jobs lie close together
    const auto batch = find_batch(*filter.batch);
    if (batch) from = std::max(from, batch->first_id);
    if (batch && batch->state != BatchState::Submitting) to = std::min(to, batch->last_id + 1);
  }
  if (filter.after_id && filter.newest_first) to = std::min(to, *filter.after_id);
  if (filter.after_id && !filter.newest_first) from = std::max(from, *filter.after_id + 1);
  std::int64_t looked = 0;
  while (from < to) {
    const auto jobs = filter.newest_first ? page_between(std::max(from, to - page), to, backwards)
                                          : page_between(from, std::min(from + page, to), forwards);
    for (const Job& job : jobs) {
      if (!visit(job)) return std::nullopt;
    }
    (filter.newest_first ? to : from) += filter.newest_first ? -page : page;
    looked += kJobPage;  // the index has fewer than its page has ids
    if (filter.looks_max > 0 && looked >= filter.looks_max && from < to) {
      return filter.newest_first ? to : from - 1;
    }
  }
  return std::nullopt;
}

std::pair<std::int64_t, std::int64_t> SqliteStore::ids_of_jobs() {
  auto query = connection_.query(
      "SELECT (SELECT coalesce(min(id), 1) FROM jobs), (SELECT coalesce(max(id), 0) + 1 FROM jobs)");
  LATCHKEY_CHECK(query.step());
  return {query.integer(0), query.integer(1)};
}

std::vector<Job> SqliteStore::open_jobs_of_batch(const Batch& batch, std::int64_t after_id, int limit) {
  auto query = connection_.query(LATCHKEY_SELECT_JOBS
                                 "WHERE id > ? AND id >= ? AND id <= ? AND batch = ? "
                                 "AND state IN ('queued', 'running') ORDER BY id LIMIT ?");
  query.bind(after_id).bind(batch.first_id).bind(batch.last_id).bind(batch.id).bind(limit);
  return read_jobs(query);
}

int SqliteStore::ready_due_jobs(TimePoint now, int limit) {
  int imported = 0;
  if (connection_.query("SELECT 1 FROM imports WHERE complete = 1").step()) {
    imported = write(
                   "UPDATE jobs SET import = 0, ready = (due_at <= ?) WHERE id IN (SELECT id FROM jobs "
                   "WHERE state = 'queued' AND import <> 0 AND import IN (SELECT id FROM imports WHERE "
                   "complete = 1) "
                   "LIMIT ?)")
                   .bind(now)
                   .bind(limit)
                   .run();
    if (imported < limit) write("DELETE FROM imports WHERE complete = 1").run();
  }
  if (imported == limit) return limit;
  return imported + write(
                        "UPDATE jobs SET ready = 1 WHERE id IN (SELECT id FROM jobs WHERE state = 'queued' "
                        "AND ready = 0 AND import = 0 AND due_at <= ? ORDER BY due_at LIMIT ?)")
                        .bind(now)
                        .bind(limit - imported)
                        .run();
}

std::vector<Job> SqliteStore::takeable_jobs(job::Provider provider, bool in_batch, TimePoint now, int limit) {
  auto query = connection_.query(
      "SELECT " LATCHKEY_JOB_COLUMNS
      "FROM jobs AS queued WHERE state = 'queued' AND ready = 1 AND provider = ? AND (batch <> '') = ? "
      "AND fresh_until > ? AND batch NOT IN (SELECT batches.id FROM batches WHERE batches.state NOT IN "
      "('open', 'finished')) AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.state = 'running' "
      "AND other.subject = queued.subject) ORDER BY fresh_until, id LIMIT ?");
  query.bind(job::name(provider)).bind(in_batch).bind(now).bind(limit);
  return read_jobs(query);
}

std::vector<Job> SqliteStore::stale_jobs(TimePoint now, int limit) {
  // One range of the index for each of its leading values, then what an import left unfinished.
  std::vector<Job> stale;
  const auto room = [&] { return limit - static_cast<int>(stale.size()); };
  for (const job::Provider provider : job::kProviders) {
    for (const bool in_batch : {false, true}) {
      auto query =
          connection_.query(LATCHKEY_SELECT_JOBS
                            "WHERE state = 'queued' AND ready = 1 AND provider = ? AND (batch <> '') = ? "
                            "AND fresh_until <= ? ORDER BY fresh_until, id LIMIT ?");
      query.bind(job::name(provider)).bind(in_batch).bind(now).bind(room());
      for (Job& job : read_jobs(query)) stale.push_back(std::move(job));
    }
  }
  auto query =
      connection_.query(LATCHKEY_SELECT_JOBS
                        "WHERE state = 'queued' AND import <> 0 AND import IN (SELECT id FROM imports) "
                        "AND fresh_until <= ? LIMIT ?");
  query.bind(now).bind(room());
  for (Job& job : read_jobs(query)) stale.push_back(std::move(job));
  return stale;
}

std::vector<Job> SqliteStore::running_jobs() {
  // Named, because SQLite would rather read every job there is than sort these few.
  auto query =
      connection_.query(LATCHKEY_SELECT_JOBS "INDEXED BY jobs_running WHERE state = 'running' ORDER BY id");
  return read_jobs(query);
}

std::vector<Job> SqliteStore::cancelled_running_jobs() {
  auto query =
      connection_.query(LATCHKEY_SELECT_JOBS
                        "INDEXED BY jobs_cancelling WHERE state = 'running' AND cancel_requested = 1 "
                        "ORDER BY id");
  return read_jobs(query);
}

std::vector<Job> SqliteStore::queued_reply_jobs() {
  auto query =
      connection_.query(LATCHKEY_SELECT_JOBS "WHERE state = 'queued' AND hand_over = 'reply' ORDER BY id");
  return read_jobs(query);
}

NextTimes SqliteStore::next_times() {
  // One statement, since every turn asks, twice. What an import or a submission that died has left goes stale
  // in time, too. The scalar min() of several values would be NULL with one of them.
#define LATCHKEY_STALE(PROVIDER, IN_BATCH)                                                            \
  "(SELECT min(fresh_until) FROM jobs WHERE state = 'queued' AND ready = 1 AND provider = '" PROVIDER \
  "' AND (batch <> '') = " IN_BATCH ")"
  auto query = connection_.query(
      "SELECT (SELECT min(due_at) FROM jobs WHERE state = 'queued' AND ready = 0 AND import = 0), "
      "EXISTS (SELECT 1 FROM imports WHERE complete = 1), "
      "(SELECT min(earliest) FROM (SELECT (SELECT min(fresh_until) FROM jobs WHERE state = 'queued' "
      "AND import <> 0 AND import = imports.id) AS earliest FROM imports)), "
      "(SELECT min(submit_until) FROM batches INDEXED BY batches_held_back "
      "WHERE state NOT IN ('open', 'finished') AND state = 'submitting'), " LATCHKEY_STALE(
          "mayar", "0") ", " LATCHKEY_STALE("mayar",
                                            "1") ", " LATCHKEY_STALE("nomos",
                                                                     "0") ", " LATCHKEY_STALE("nomos", "1"));
#undef LATCHKEY_STALE
  LATCHKEY_CHECK(query.step());
  NextTimes times;
  times.due = query.optional_time(0);
  if (query.integer(1) != 0) times.due = now_;
  for (int column = 2; column < 8; ++column) {
    const auto stale = query.optional_time(column);
    if (stale && (!times.stale || *stale < *times.stale)) times.stale = stale;
  }
  return times;
}

std::vector<TimePoint> SqliteStore::ready_due_times(job::Provider provider, int calls_of_mail) {
  auto query = connection_.query(
      "SELECT due_at, hand_over = 'email' FROM jobs WHERE state = 'queued' AND ready = 1 AND provider = ?1 "
      "UNION ALL SELECT due_at, hand_over = 'email' FROM jobs WHERE state = 'queued' AND import <> 0 "
      "AND provider = ?1");
  query.bind(job::name(provider));
  return read_times(query, calls_of_mail);
}

std::vector<TimePoint> SqliteStore::waiting_due_times(job::Provider provider, TimePoint after, TimePoint to,
                                                      int calls_of_mail) {
  auto query = connection_.query(
      "SELECT due_at, hand_over = 'email' FROM jobs WHERE state = 'queued' AND ready = 0 AND import = 0 "
      "AND provider = ? AND due_at > ? AND due_at <= ?");
  query.bind(job::name(provider)).bind(after).bind(to);
  return read_times(query, calls_of_mail);
}

void SqliteStore::shift_due_jobs(TimePoint before, Millis step) {
  // Full scans, which a clock that is set is worth. fresh_until - lifetime is when a job became due, on the
  // time line that `before` belongs to: earlier steps have moved it along.
  write(
      "UPDATE jobs SET due_at = due_at + ?1 "
      "WHERE state = 'queued' AND ready = 0 AND fresh_until - lifetime <= ?2")
      .bind(step.count())
      .bind(before)
      .run();
  write(
      "UPDATE jobs SET fresh_until = min(expires_at, fresh_until + ?1) "
      "WHERE state IN ('queued', 'running', 'held') AND fresh_until - lifetime <= ?2")
      .bind(step.count())
      .bind(before)
      .run();
}

std::vector<std::pair<std::pair<job::Provider, job::State>, std::int64_t>> SqliteStore::count_jobs() {
  auto query = connection_.query("SELECT provider, state, count(*) FROM jobs GROUP BY provider, state");
  std::vector<std::pair<std::pair<job::Provider, job::State>, std::int64_t>> counts;
  while (query.step()) {
    counts.push_back({{known(job::provider_named(query.text(0))), known(job::state_named(query.text(1)))},
                      query.integer(2)});
  }
  return counts;
}

}  // namespace latchkey::store

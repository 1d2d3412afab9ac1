#pragma once

#include "store/file_scan.h"
#include "store/sqlite_connection.h"
#include "store/sqlite_wal_keeper.h"
#include "store/store.h"

namespace latchkey::store {

/// The first place in a ledger of `size` entries whose time is not before `time`: times never decrease, so it
/// is found by bisection.
std::int64_t first_seq_at(SqliteConnection& connection, TimePoint time, std::int64_t size);

/// Store over one SQLite database file.
class SqliteStore final : public Store {
 public:
  /// Opens an existing database of exactly the newest schema. `wait`: how long begin() waits for another
  /// writer. Throws Error when it cannot be opened, or is older (then `latchkey migrate` helps) or newer.
  SqliteStore(const std::filesystem::path& path, Clock& clock, Access access = Access::ReadWrite,
              Millis wait = std::chrono::seconds(5));

  Instant begin() override;
  void commit() override;
  void rollback() override;
  void savepoint() override;
  void release_savepoint() override;
  void rollback_to_savepoint() override;
  bool changed_by_others() override;

  Head head() override;
  std::int64_t append(ledger::Entry& entry) override;
  ledger::Hash node(std::int64_t index) override;
  void put_checkpoint(std::int64_t size, const std::string& note) override;
  std::optional<std::string> last_checkpoint() override;
  std::int64_t last_daily() override;
  void put_last_daily(std::int64_t day) override;
  void require_same_file() override;
  std::optional<std::string> entry(std::int64_t seq) override;
  std::optional<std::int64_t> each_entry(const EntryFilter& filter,
                                         const std::function<bool(const std::string&)>& visit) override;

  std::optional<job::Job> find_job(const std::string& request_id) override;
  void insert_job(job::Job& job) override;
  void update_job(const job::Job& job) override;
  std::optional<std::int64_t> each_job(const JobFilter& filter,
                                       const std::function<bool(const job::Job&)>& visit) override;
  std::vector<job::Job> jobs_of_subject(const std::string& subject) override;
  int ready_due_jobs(TimePoint now, int limit) override;
  std::vector<job::Job> takeable_jobs(job::Provider provider, bool in_batch, TimePoint now,
                                      int limit) override;
  std::vector<job::Job> stale_jobs(TimePoint now, int limit) override;
  std::vector<job::Job> running_jobs() override;
  std::vector<job::Job> cancelled_running_jobs() override;
  std::vector<job::Job> queued_reply_jobs() override;
  NextTimes next_times() override;
  std::vector<TimePoint> ready_due_times(job::Provider provider, int calls_of_mail) override;
  std::vector<TimePoint> waiting_due_times(job::Provider provider, TimePoint after, TimePoint to,
                                           int calls_of_mail) override;
  void shift_due_jobs(TimePoint before, Millis step) override;
  std::vector<std::pair<std::pair<job::Provider, job::State>, std::int64_t>> count_jobs() override;

  std::vector<std::string> jobs_finished_before(TimePoint cut_off) override;
  bool prune_job(const std::string& request_id) override;
  std::optional<std::int64_t> pruned_job(const std::string& request_id) override;
  std::vector<std::string> subjects_without_jobs(TimePoint cut_off) override;
  void erase_subject(const std::string& id) override;
  Scrubbed scrub(const std::vector<std::string>& erased, bool anew, Millis patience) override;
  bool scrub_is_due() override;
  void put_suppression(job::Provider provider, const std::string& hash) override;
  bool has_suppressions() override;
  bool is_suppressed(job::Provider provider, const std::string& hash) override;

  std::int64_t open_import() override;
  void complete_import(std::int64_t import) override;
  bool import_is_open(std::int64_t import) override;

  std::optional<Subject> find_subject(job::Provider provider, const std::string& recipient) override;
  std::optional<Subject> subject(const std::string& id) override;
  std::vector<Subject> subjects_mailed_to(const std::string& address) override;
  void put_subject(const Subject& subject) override;

  job::Gate gate(job::Provider provider) override;
  void put_gate(const job::Gate& gate) override;

  void put_event(Event& event) override;
  std::vector<Event> due_events(const std::string& endpoint, TimePoint now, int limit) override;
  std::optional<TimePoint> next_event_time(const std::string& endpoint) override;
  std::optional<Event> find_event(std::int64_t id) override;
  void update_event(const Event& event) override;
  void drop_event(std::int64_t id) override;
  void shift_events(Millis step) override;
  EventCounts count_events() override;
  void each_event(const std::function<bool(const Event&)>& visit) override;

  void insert_batch(const Batch& batch) override;
  void update_batch(const Batch& batch) override;
  std::optional<Batch> find_batch(const std::string& id) override;
  void each_batch(const BatchFilter& filter, const std::function<bool(const Batch&)>& visit) override;
  std::vector<Batch> batches_to_settle(TimePoint now) override;
  std::vector<Batch> open_batches(const std::string& definition) override;
  std::int64_t move_in_batch(const std::string& batch, std::optional<job::State> from, job::State to,
                             TimePoint at) override;
  BatchCounts batch_counts(const std::string& batch) override;
  std::vector<job::Job> open_jobs_of_batch(const Batch& batch, std::int64_t after_id, int limit) override;

  std::optional<Occurrence> find_occurrence(const std::string& definition,
                                            const std::string& nominal) override;
  void put_occurrence(const Occurrence& occurrence) override;
  void drop_occurrence(const std::string& definition, const std::string& nominal) override;
  std::vector<Occurrence> occurrences(const std::optional<std::string>& definition, int limit) override;
  std::vector<MissedRuns> missed_runs(TimePoint since) override;
  std::vector<Schedule> schedules() override;
  ScheduleCounts count_schedules() override;
  std::vector<Schedule> due_schedules(TimePoint now) override;
  std::optional<TimePoint> next_schedule_time(TimePoint now) override;
  std::vector<Schedule> armed_schedules_after(const std::string& definition, std::int64_t limit) override;
  std::optional<Schedule> find_schedule(const std::string& definition) override;
  void put_schedule(const Schedule& schedule) override;
  void drop_schedule(const std::string& definition) override;

  void put_preview(const Preview& preview) override;
  std::optional<Preview> find_preview(const std::string& id) override;
  bool use_preview(const std::string& id, TimePoint at) override;
  void drop_previews_before(TimePoint cut_off) override;

  std::int64_t take_epoch() override;
  std::int64_t epoch() override;
  std::optional<TimePoint> last_backup() override;
  void put_last_backup(TimePoint at) override;

  void put_token(const Token& token) override;
  std::optional<Token> find_token(const std::string& id) override;
  std::vector<Token> tokens() override;
  bool revoke_token(const std::string& id, TimePoint at) override;
  void drop_token(const std::string& id) override;
  void drop_expired_tokens(TimePoint now) override;

  /// For who writes all the time: more pages are kept in memory, and from now on the write-ahead log is
  /// copied into the database by a thread of its own, mostly.
  void write_a_lot();
  /// For tests, which look at the plans and costs of the statements that run on it.
  SqliteConnection& connection() { return connection_; }

 private:
  /// What is wrong with the schema of the database; nullopt: it is this program's.
  std::optional<std::string> other_schema();
  /// Some errors (a full disk) make SQLite end the transaction while it is still open for us.
  bool rolled_back_by_itself();
  /// A statement that changes something: only inside a transaction.
  Query write(const char* sql);
  void more_cache();
  Head read_head();
  ledger::ReadNode node_reader();
  /// What was appended and is in no table yet: all entries, the first row's worth of nodes, everything.
  void write_entries();
  void write_row_of_nodes();
  void write_end();
  /// From the oldest job's id to what follows the newest one's.
  std::pair<std::int64_t, std::int64_t> ids_of_jobs();
  void scrub_is_done();
  Needles needles_for(const std::vector<std::string>& erased);

  SqliteConnection connection_;
  std::unique_ptr<WalKeeper> wal_keeper_;
  Clock& clock_;
  bool in_transaction_ = false;
  std::int64_t data_version_ = -1;  // as of the last changed_by_others()
  std::int64_t head_version_ = -1;  // data_version under which end_ was read or written
  TimePoint now_;                   // read inside the open transaction
  // The ledger's end, as the open transaction has it. What it has appended last is in no table yet:
  // statements that take several at once cost less.
  struct End {
    Head head;
    ledger::Frontier tree;
    std::vector<std::string> entries;
    std::string nodes;
  };
  End end_;
  End end_before_;  // of the open transaction, for its rollback
  End end_at_savepoint_;
};

}  // namespace latchkey::store

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "job/gate.h"
#include "job/job.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/tree.h"
#include "store/batch.h"

namespace latchkey::store {

/// Another writer held the database for longer than we wait. Nothing was changed; worth another try.
class StoreBusy : public Error {
 public:
  using Error::Error;
};

/// The disk has no room for what was to be written. Nothing was changed; worth another try once there is.
class DiskFull : public Error {
 public:
  using Error::Error;
};

/// The disk has failed to make durable what was written to it. What it holds is unknown until the database is
/// opened anew: this process must end (PostgreSQL's lesson of 2018,
/// https://wiki.postgresql.org/wiki/Fsync_Errors).
class SyncFailed : public Error {
 public:
  using Error::Error;
};

/// Another daemon, or a newer program's schema, has taken the database over: this daemon must stop.
class EpochLost : public Error {
 public:
  using Error::Error;
};

/// The only place where a recipient is kept. `id` stands for it everywhere else.
struct Subject {
  std::string id;
  job::Provider provider = job::Provider::Mayar;
  std::string recipient;                          ///< normalised; what is looked up and committed to
  std::string address;                            ///< as last given
  std::string salt;                               ///< 32 random bytes
  std::optional<std::int64_t> last_accepted_seq;  ///< its latest job.accepted
  std::optional<std::string> deliver_to;          ///< where its links are mailed to, as last given
};

/// Who may call the API. Only the SHA-256 of the secret part is kept.
struct Token {
  std::string id;
  std::string name;
  std::string hash;    ///< 32 bytes
  std::string scopes;  ///< separated by single spaces
  std::string actor;   ///< what the ledger shows: "token:ID", or "uid:N" for a command's own token
  bool single_use = false;
  TimePoint created_at;
  std::optional<TimePoint> expires_at;
  std::optional<TimePoint> revoked_at;
};

/// An outcome that an endpoint of the webhooks is still to be told.
struct Event {
  std::int64_t id = 0;   ///< the store assigns it
  std::string endpoint;  ///< its name in the configuration
  std::string message;   ///< the webhook-id, the same at every try
  std::string body;      ///< the exact bytes
  TimePoint created_at;  ///< since when it is being tried
  int tries = 0;
  std::optional<TimePoint> next_at;  ///< when it is due; nullopt: given up
  std::string error;                 ///< what the last try came to; empty before the first
};

/// How the outbox stands.
struct EventCounts {
  std::int64_t waiting = 0;
  std::int64_t given_up = 0;
  std::optional<TimePoint> oldest;  ///< of those that wait
};

/// Which jobs a question is about; what is empty does not restrict.
struct JobFilter {
  std::optional<std::string> subject;
  std::optional<job::Provider> provider;
  std::vector<job::State> states;
  std::optional<job::Outcome> outcome;
  std::optional<job::Code> code;
  std::optional<std::string> batch;
  std::optional<std::string> definition;  ///< jobs of any of its batches
  std::optional<TimePoint> created_from;  ///< inclusive
  std::optional<TimePoint> created_to;    ///< exclusive
  std::optional<std::int64_t> after_id;   ///< cursor: id of the last job seen, in the order asked for
  bool newest_first = false;
  std::int64_t looks_max = 0;  ///< stop after looking at about so many jobs, however few fit; 0: at all
};

/// Whether a job answers the question, as far as the job itself tells: `definition` is not looked at.
bool matches(const JobFilter& filter, const job::Job& job);

/// Which batches a question is about; what is empty does not restrict.
struct BatchFilter {
  std::optional<std::string> definition;
  std::optional<std::string> after;  ///< cursor: the last batch seen, in the order asked for
  bool newest_first = false;
};

/// Which entries a question is about; what is empty does not restrict.
struct EntryFilter {
  std::optional<std::string> request_id;
  std::optional<std::string> subject;  ///< entries of all jobs for this subject, and its erasure
  std::optional<std::string> provider_request_id;
  std::optional<std::string> link_fp;
  std::optional<std::string> batch;
  std::optional<std::string> actor;
  std::optional<ledger::EntryType> type;
  std::optional<job::Provider> provider;
  std::optional<job::Outcome> outcome;
  std::optional<job::Code> code;
  std::optional<TimePoint> from;          ///< inclusive
  std::optional<TimePoint> to;            ///< exclusive
  std::optional<std::int64_t> from_seq;   ///< inclusive
  std::optional<std::int64_t> to_seq;     ///< exclusive
  std::optional<std::int64_t> after_seq;  ///< cursor: seq of the last entry seen, in the order asked for
  bool newest_first = false;
  std::int64_t looks_max = 0;  ///< stop after looking at about so many entries, however few fit; 0: at all
};

/// What erasing has left of a recipient in the files of the database.
struct Scrubbed {
  std::int64_t copies = 0;  ///< still readable; 0 is what was wanted
  bool rewritten = false;   ///< the whole database had to be written anew
  std::string in_the_way;   ///< what keeps copies readable, such as "process 4711 (python3)"; may be empty
};

/// How far the ledger reaches.
struct Head {
  std::int64_t size = 0;  ///< entries; also the next seq
  TimePoint last_time;    ///< of the last entry
};

/// When a turn is next needed for what is queued; nullopt: for nothing.
struct NextTimes {
  std::optional<TimePoint> due;    ///< earliest dueAt of what is not ready yet
  std::optional<TimePoint> stale;  ///< earliest end of freshness of what is queued and due, and of a lease of
                                   ///< a batch that is being submitted
};

/// Durable state: jobs, subjects, gates, tokens and the ledger. One object is one connection and belongs to
/// one thread; several may be open on one database, also in other processes. Every write needs an open
/// transaction (use Transaction below); reads see its writes. Throws StoreBusy, DiskFull, SyncFailed,
/// EpochLost or Error (broken environment); a transaction in which something threw must be rolled back.
class Store {
 public:
  virtual ~Store() = default;

  /// Takes the write lock first, then reads schema version and ledger head. Returns the time read inside it.
  /// Throws EpochLost when the schema is not this program's any more.
  virtual Instant begin() = 0;
  /// Durable when it returns.
  virtual void commit() = 0;
  /// Also after a failed commit; does nothing without a transaction.
  virtual void rollback() = 0;
  /// Savepoints nest one deep: one item of a turn.
  virtual void savepoint() = 0;
  virtual void release_savepoint() = 0;
  /// Also after an error that has ended the transaction already.
  virtual void rollback_to_savepoint() = 0;
  /// Whether another connection has written since this was last asked. Costs microseconds, takes no lock.
  virtual bool changed_by_others() = 0;

  // --- ledger
  virtual Head head() = 0;
  /// Assigns `seq` and `t` and stores the entry's bytes and the tree's nodes that came to be with it. Returns
  /// seq.
  virtual std::int64_t append(ledger::Entry& entry) = 0;
  /// A stored node of the tree; throws Error when it is missing.
  virtual ledger::Hash node(std::int64_t index) = 0;
  /// Keeps a signed checkpoint.
  virtual void put_checkpoint(std::int64_t size, const std::string& note) = 0;
  /// The note of the checkpoint kept last.
  virtual std::optional<std::string> last_checkpoint() = 0;
  /// The UTC day, in days since the epoch, that the last checkpoint.daily was written for; 0: none yet.
  virtual std::int64_t last_daily() = 0;
  virtual void put_last_daily(std::int64_t day) = 0;
  /// Throws Error when the path no longer leads to the file that was opened: what is written now would be
  /// lost.
  virtual void require_same_file() = 0;
  /// The stored bytes of one entry.
  virtual std::optional<std::string> entry(std::int64_t seq) = 0;
  /// Calls `visit` with the bytes of each entry that fits and was there when this was called, by seq, until
  /// it returns false. Entries are read in small pages, and nothing of the database is held while `visit`
  /// works: it may take its time and ask the store anything. A requestId, subject, providerRequestId, linkFp,
  /// code, outcome other than accepted, or type that not every job writes is looked up, and what it leads to
  /// is filtered by the rest; any other question reads all entries in its range of time and seq. Throws Error
  /// where a link between entries leads nowhere. Of an erased subject: its erasure, and what that links to.
  /// Returns after which seq to go on when `looks_max` has stopped it; nullopt when it has come to the end,
  /// or `visit` was enough.
  virtual std::optional<std::int64_t> each_entry(const EntryFilter& filter,
                                                 const std::function<bool(const std::string&)>& visit) = 0;

  // --- jobs
  virtual std::optional<job::Job> find_job(const std::string& request_id) = 0;
  /// Stores a new job, which has no attempts yet, and sets its id. Throws Error when its requestId is taken.
  virtual void insert_job(job::Job& job) = 0;
  /// Writes back every member that moves after insert_job; fresh_until is moved by shift_due_jobs alone.
  virtual void update_job(const job::Job& job) = 0;
  /// Calls `visit` with each job that fits, by age, until it returns false; in pages, like each_entry. Looked
  /// up are a subject's jobs, a batch's, and those that are held or failed; other questions read all jobs.
  /// Returns after
  /// which id to go on when `looks_max` has stopped it, as each_entry does.
  virtual std::optional<std::int64_t> each_job(const JobFilter& filter,
                                               const std::function<bool(const job::Job&)>& visit) = 0;
  /// A subject's jobs that are not pruned, oldest first, as its entries lead to them.
  virtual std::vector<job::Job> jobs_of_subject(const std::string& subject) = 0;
  /// Makes queued jobs takeable whose dueAt has come and whose import is complete. Returns how many it has
  /// moved along, jobs of a complete import that are not due yet among them: at most `limit`, and less once
  /// nothing is left to do now.
  virtual int ready_due_jobs(TimePoint now, int limit) = 0;
  /// Takeable jobs by freshness end, then age, at most `limit`: single ones or batch ones. None of a batch
  /// that is paused or cancelled, none whose subject has a running job, none that is stale at `now`; two of
  /// one subject may be among them.
  virtual std::vector<job::Job> takeable_jobs(job::Provider provider, bool in_batch, TimePoint now,
                                              int limit) = 0;
  /// Queued jobs whose freshness has ended, at most `limit`.
  virtual std::vector<job::Job> stale_jobs(TimePoint now, int limit) = 0;
  virtual std::vector<job::Job> running_jobs() = 0;
  /// Running jobs that a person has cancelled.
  virtual std::vector<job::Job> cancelled_running_jobs() = 0;
  /// Queued jobs that only a waiting caller of a former process could use.
  virtual std::vector<job::Job> queued_reply_jobs() = 0;
  virtual NextTimes next_times() = 0;
  /// For forecasts: dueAt of the provider's takeable jobs and of those in a large import; `calls_of_mail`
  /// times where the link is mailed, since such a job may make several calls.
  virtual std::vector<TimePoint> ready_due_times(job::Provider provider, int calls_of_mail) = 0;
  /// For forecasts: dueAt of the provider's queued jobs that wait for it, in (after, to]; as above.
  virtual std::vector<TimePoint> waiting_due_times(job::Provider provider, TimePoint after, TimePoint to,
                                                   int calls_of_mail) = 0;
  /// The clock was set by `step` from `before`: for jobs that were due by then and have not ended, moves the
  /// end of freshness along (never beyond expiresAt), and dueAt where it is still waited for, as with a
  /// planned retry.
  virtual void shift_due_jobs(TimePoint before, Millis step) = 0;
  /// How many jobs are in each state, by provider.
  virtual std::vector<std::pair<std::pair<job::Provider, job::State>, std::int64_t>> count_jobs() = 0;

  // --- retention and erasure
  /// RequestIds of the jobs that ended before `cut_off`, by age.
  virtual std::vector<std::string> jobs_finished_before(TimePoint cut_off) = 0;
  /// Takes the row of a job that has ended away and keeps its requestId and its last entry's seq. False, and
  /// nothing changes, when there is no such job or it has not ended.
  virtual bool prune_job(const std::string& request_id) = 0;
  /// The last entry of a job that was pruned; nullopt when none of this requestId was.
  virtual std::optional<std::int64_t> pruned_job(const std::string& request_id) = 0;
  /// Ids of the subjects whose jobs have all been pruned and which had none accepted from `cut_off` on.
  virtual std::vector<std::string> subjects_without_jobs(TimePoint cut_off) = 0;
  /// Forgets whom a subject stood for. Its jobs and entries stay and name nobody.
  virtual void erase_subject(const std::string& id) = 0;
  /// Makes what was erased unreadable in the files as well, outside a transaction, and counts what is left of
  /// it there, ignoring case; what is part of a longer recipient that is still known is none of it. `anew`:
  /// the database is written anew in any case. Tries again for `patience`, since other connections can be in
  /// the way.
  virtual Scrubbed scrub(const std::vector<std::string>& erased, bool anew, Millis patience) = 0;
  /// Whether subjects were erased since a scrub last came to a good end.
  virtual bool scrub_is_due() = 0;
  /// Recipients that want no more mail, as keyed hashes.
  virtual void put_suppression(job::Provider provider, const std::string& hash) = 0;
  virtual bool has_suppressions() = 0;
  virtual bool is_suppressed(job::Provider provider, const std::string& hash) = 0;

  // --- large imports: several transactions that become takeable together
  virtual std::int64_t open_import() = 0;
  /// Its jobs count from this transaction on.
  virtual void complete_import(std::int64_t import) = 0;
  virtual bool import_is_open(std::int64_t import) = 0;

  // --- subjects
  virtual std::optional<Subject> find_subject(job::Provider provider, const std::string& recipient) = 0;
  virtual std::optional<Subject> subject(const std::string& id) = 0;
  /// Those whose `deliver_to` is this address, given in its normalised form. Looks at all who have one.
  virtual std::vector<Subject> subjects_mailed_to(const std::string& address) = 0;
  /// Stores a new subject; of a known one only `address`, `last_accepted_seq` and `deliver_to` change.
  virtual void put_subject(const Subject& subject) = 0;

  // --- gates
  /// The stored gate, or an open one.
  virtual job::Gate gate(job::Provider provider) = 0;
  virtual void put_gate(const job::Gate& gate) = 0;

  // --- the one daemon
  /// Starts a new epoch and returns it: every lease of an older one is void.
  virtual std::int64_t take_epoch() = 0;
  virtual std::int64_t epoch() = 0;
  /// When the database was last backed up; nullopt: never.
  virtual std::optional<TimePoint> last_backup() = 0;
  virtual void put_last_backup(TimePoint at) = 0;

  // --- batches
  /// Stores a new batch. Throws Error when its id is taken.
  virtual void insert_batch(const Batch& batch) = 0;
  /// Writes back `state`, `submit_until`, `import`, `first_id`, `last_id`, `cancelled_to`, `plan`,
  /// `recipients_digest` and `finished_at`.
  virtual void update_batch(const Batch& batch) = 0;
  virtual std::optional<Batch> find_batch(const std::string& id) = 0;
  /// Calls `visit` with each that fits, by age, until it returns false. Reads them in pages, so that nothing
  /// of the database is held while it works.
  virtual void each_batch(const BatchFilter& filter, const std::function<bool(const Batch&)>& visit) = 0;
  /// Batches that the turn has to look after: cancelled or abandoned with jobs still queued, or submitted by
  /// somebody who counts as dead at `now`.
  virtual std::vector<Batch> batches_to_settle(TimePoint now) = 0;
  /// Batches that are neither finished nor abandoned and are of this definition.
  virtual std::vector<Batch> open_batches(const std::string& definition) = 0;
  /// A job of the batch has come from one state (nullopt: it is new) to another. Returns how many of its jobs
  /// have not come to an end.
  virtual std::int64_t move_in_batch(const std::string& batch, std::optional<job::State> from, job::State to,
                                     TimePoint at) = 0;
  virtual BatchCounts batch_counts(const std::string& batch) = 0;
  /// Queued jobs of a batch with an id above `after_id`, by id, at most `limit`, and running ones with
  /// them.
  virtual std::vector<job::Job> open_jobs_of_batch(const Batch& batch, std::int64_t after_id, int limit) = 0;

  // --- schedules
  virtual std::optional<Occurrence> find_occurrence(const std::string& definition,
                                                    const std::string& nominal) = 0;
  /// Stores a new one or replaces the one of this definition and nominal.
  virtual void put_occurrence(const Occurrence& occurrence) = 0;
  virtual void drop_occurrence(const std::string& definition, const std::string& nominal) = 0;
  /// Newest first, of one definition if given, at most `limit`.
  virtual std::vector<Occurrence> occurrences(const std::optional<std::string>& definition, int limit) = 0;
  /// Those that were written down as missed at `since` or later, by the definition of a schedule.
  virtual std::vector<MissedRuns> missed_runs(TimePoint since) = 0;
  /// By name.
  virtual std::vector<Schedule> schedules() = 0;
  virtual ScheduleCounts count_schedules() = 0;
  /// Armed ones whose `next_at` has come, the earliest first.
  virtual std::vector<Schedule> due_schedules(TimePoint now) = 0;
  /// The earliest `next_at` of armed ones after `now`.
  virtual std::optional<TimePoint> next_schedule_time(TimePoint now) = 0;
  /// Armed ones whose name comes after this one, by name, at most `limit`.
  virtual std::vector<Schedule> armed_schedules_after(const std::string& definition, std::int64_t limit) = 0;
  virtual std::optional<Schedule> find_schedule(const std::string& definition) = 0;
  virtual void put_schedule(const Schedule& schedule) = 0;
  virtual void drop_schedule(const std::string& definition) = 0;

  // --- previews
  virtual void put_preview(const Preview& preview) = 0;
  virtual std::optional<Preview> find_preview(const std::string& id) = 0;
  /// False, and nothing changes, when there is none or it was used before.
  virtual bool use_preview(const std::string& id, TimePoint at) = 0;
  virtual void drop_previews_before(TimePoint cut_off) = 0;

  // --- outbox of webhooks
  /// Stores a new event and sets its id.
  virtual void put_event(Event& event) = 0;
  /// Events that are due for this endpoint, the longest due first, at most `limit`.
  virtual std::vector<Event> due_events(const std::string& endpoint, TimePoint now, int limit) = 0;
  /// When the next event is due for this endpoint.
  virtual std::optional<TimePoint> next_event_time(const std::string& endpoint) = 0;
  virtual std::optional<Event> find_event(std::int64_t id) = 0;
  /// Writes back `created_at`, `tries`, `next_at` and `error`. Does nothing when the event is gone.
  virtual void update_event(const Event& event) = 0;
  virtual void drop_event(std::int64_t id) = 0;
  /// The clock was set by `step`: moves along when each that waits was created and is tried next.
  virtual void shift_events(Millis step) = 0;
  virtual EventCounts count_events() = 0;
  /// All of them, oldest first, until `visit` returns false; nothing of the database is held while it works.
  virtual void each_event(const std::function<bool(const Event&)>& visit) = 0;

  // --- API tokens
  virtual void put_token(const Token& token) = 0;
  virtual std::optional<Token> find_token(const std::string& id) = 0;
  /// All but single-use ones that have expired by the store's clock, oldest first.
  virtual std::vector<Token> tokens() = 0;
  /// False, and nothing changes, when there is no such token or it was revoked before.
  virtual bool revoke_token(const std::string& id, TimePoint at) = 0;
  /// Removes what can never be used again: single-use tokens that were used or have expired.
  virtual void drop_token(const std::string& id) = 0;
  virtual void drop_expired_tokens(TimePoint now) = 0;
};

/// A write transaction: rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Store& store) : store_(store), now_(store.begin()) {}
  ~Transaction() {
    if (open_) store_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    store_.commit();
    open_ = false;
  }
  /// The time read inside the transaction.
  const Instant& now() const { return now_; }

 private:
  Store& store_;
  Instant now_;
  bool open_ = true;
};

}  // namespace latchkey::store

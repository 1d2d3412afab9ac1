#pragma once

#include <functional>
#include <memory>

#include "store/store.h"

namespace latchkey::test {

/// What a simulated crash throws; nothing in the program catches it by type.
struct Crash {};

/// A store in which something happens at a chosen operation. `before` is called with the name of each
/// operation before it is done, `after` only after a commit; both may throw.
class FaultyStore final : public store::Store {
 public:
  FaultyStore(std::unique_ptr<store::Store> inner, std::function<void(const char*)> before,
              std::function<void()> after_commit)
      : inner_(std::move(inner)), before_(std::move(before)), after_commit_(std::move(after_commit)) {}

  Instant begin() override { return at("begin").begin(); }
  void commit() override {
    at("commit").commit();
    after_commit_();
  }
  // Cleaning up is what a crash does not do: these never fail.
  void rollback() override { inner_->rollback(); }
  void rollback_to_savepoint() override { inner_->rollback_to_savepoint(); }
  void savepoint() override { at("savepoint").savepoint(); }
  void release_savepoint() override { at("release_savepoint").release_savepoint(); }
  bool changed_by_others() override { return inner_->changed_by_others(); }

  store::Head head() override { return inner_->head(); }
  std::int64_t append(ledger::Entry& entry) override { return at("append").append(entry); }
  ledger::Hash node(std::int64_t index) override { return inner_->node(index); }
  void put_checkpoint(std::int64_t size, const std::string& note) override {
    at("put_checkpoint").put_checkpoint(size, note);
  }
  std::optional<std::string> last_checkpoint() override { return inner_->last_checkpoint(); }
  std::int64_t last_daily() override { return inner_->last_daily(); }
  void put_last_daily(std::int64_t day) override { at("put_last_daily").put_last_daily(day); }
  void require_same_file() override { inner_->require_same_file(); }
  std::optional<std::string> entry(std::int64_t seq) override { return inner_->entry(seq); }
  std::optional<std::int64_t> each_entry(const store::EntryFilter& filter,
                                         const std::function<bool(const std::string&)>& visit) override {
    return inner_->each_entry(filter, visit);
  }

  std::optional<job::Job> find_job(const std::string& id) override { return at("find_job").find_job(id); }
  void insert_job(job::Job& job) override { at("insert_job").insert_job(job); }
  void update_job(const job::Job& job) override { at("update_job").update_job(job); }
  std::optional<std::int64_t> each_job(const store::JobFilter& filter,
                                       const std::function<bool(const job::Job&)>& visit) override {
    return inner_->each_job(filter, visit);
  }
  std::vector<job::Job> jobs_of_subject(const std::string& subject) override {
    return inner_->jobs_of_subject(subject);
  }
  int ready_due_jobs(TimePoint now, int limit) override {
    return at("ready_due_jobs").ready_due_jobs(now, limit);
  }
  std::vector<job::Job> takeable_jobs(job::Provider provider, bool in_batch, TimePoint now,
                                      int limit) override {
    return at("takeable_jobs").takeable_jobs(provider, in_batch, now, limit);
  }
  std::vector<job::Job> stale_jobs(TimePoint now, int limit) override {
    return at("stale_jobs").stale_jobs(now, limit);
  }
  std::vector<job::Job> running_jobs() override { return at("running_jobs").running_jobs(); }
  std::vector<job::Job> queued_reply_jobs() override { return at("queued_reply_jobs").queued_reply_jobs(); }
  std::vector<job::Job> cancelled_running_jobs() override {
    return at("cancelled_running_jobs").cancelled_running_jobs();
  }
  store::NextTimes next_times() override { return at("next_times").next_times(); }
  std::vector<TimePoint> ready_due_times(job::Provider provider, int calls_of_mail) override {
    return inner_->ready_due_times(provider, calls_of_mail);
  }
  std::vector<TimePoint> waiting_due_times(job::Provider provider, TimePoint after, TimePoint to,
                                           int calls_of_mail) override {
    return inner_->waiting_due_times(provider, after, to, calls_of_mail);
  }
  void shift_due_jobs(TimePoint before, Millis step) override {
    at("shift_due_jobs").shift_due_jobs(before, step);
  }
  std::vector<std::pair<std::pair<job::Provider, job::State>, std::int64_t>> count_jobs() override {
    return inner_->count_jobs();
  }

  std::vector<std::string> jobs_finished_before(TimePoint cut_off) override {
    return inner_->jobs_finished_before(cut_off);
  }
  bool prune_job(const std::string& request_id) override { return at("prune_job").prune_job(request_id); }
  std::optional<std::int64_t> pruned_job(const std::string& request_id) override {
    return inner_->pruned_job(request_id);
  }
  std::vector<std::string> subjects_without_jobs(TimePoint cut_off) override {
    return inner_->subjects_without_jobs(cut_off);
  }
  void erase_subject(const std::string& id) override { at("erase_subject").erase_subject(id); }
  bool scrub_is_due() override { return inner_->scrub_is_due(); }
  store::Scrubbed scrub(const std::vector<std::string>& erased, bool anew, Millis patience) override {
    return inner_->scrub(erased, anew, patience);
  }
  void put_suppression(job::Provider provider, const std::string& hash) override {
    at("put_suppression").put_suppression(provider, hash);
  }
  bool has_suppressions() override { return inner_->has_suppressions(); }
  bool is_suppressed(job::Provider provider, const std::string& hash) override {
    return inner_->is_suppressed(provider, hash);
  }

  std::int64_t open_import() override { return at("open_import").open_import(); }
  void complete_import(std::int64_t import) override { at("complete_import").complete_import(import); }
  bool import_is_open(std::int64_t import) override { return inner_->import_is_open(import); }

  std::optional<store::Subject> find_subject(job::Provider provider, const std::string& recipient) override {
    return inner_->find_subject(provider, recipient);
  }
  std::optional<store::Subject> subject(const std::string& id) override { return inner_->subject(id); }
  std::vector<store::Subject> subjects_mailed_to(const std::string& address) override {
    return inner_->subjects_mailed_to(address);
  }
  void put_subject(const store::Subject& subject) override { at("put_subject").put_subject(subject); }

  job::Gate gate(job::Provider provider) override { return at("gate").gate(provider); }
  void put_gate(const job::Gate& gate) override { at("put_gate").put_gate(gate); }

  void insert_batch(const store::Batch& batch) override { at("insert_batch").insert_batch(batch); }
  void update_batch(const store::Batch& batch) override { at("update_batch").update_batch(batch); }
  std::optional<store::Batch> find_batch(const std::string& id) override { return inner_->find_batch(id); }
  void each_batch(const store::BatchFilter& filter,
                  const std::function<bool(const store::Batch&)>& visit) override {
    inner_->each_batch(filter, visit);
  }
  std::vector<store::Batch> batches_to_settle(TimePoint now) override {
    return at("batches_to_settle").batches_to_settle(now);
  }
  std::vector<store::Batch> open_batches(const std::string& definition) override {
    return inner_->open_batches(definition);
  }
  std::int64_t move_in_batch(const std::string& batch, std::optional<job::State> from, job::State to,
                             TimePoint time) override {
    return at("move_in_batch").move_in_batch(batch, from, to, time);
  }
  store::BatchCounts batch_counts(const std::string& batch) override { return inner_->batch_counts(batch); }
  std::vector<job::Job> open_jobs_of_batch(const store::Batch& batch, std::int64_t after_id,
                                           int limit) override {
    return at("open_jobs_of_batch").open_jobs_of_batch(batch, after_id, limit);
  }
  std::optional<store::Occurrence> find_occurrence(const std::string& definition,
                                                   const std::string& nominal) override {
    return inner_->find_occurrence(definition, nominal);
  }
  void put_occurrence(const store::Occurrence& occurrence) override {
    at("put_occurrence").put_occurrence(occurrence);
  }
  void drop_occurrence(const std::string& definition, const std::string& nominal) override {
    at("drop_occurrence").drop_occurrence(definition, nominal);
  }
  std::vector<store::Occurrence> occurrences(const std::optional<std::string>& definition,
                                             int limit) override {
    return inner_->occurrences(definition, limit);
  }
  std::vector<store::MissedRuns> missed_runs(TimePoint since) override { return inner_->missed_runs(since); }
  std::vector<store::Schedule> schedules() override { return inner_->schedules(); }
  store::ScheduleCounts count_schedules() override { return inner_->count_schedules(); }
  std::vector<store::Schedule> due_schedules(TimePoint now) override { return inner_->due_schedules(now); }
  std::optional<TimePoint> next_schedule_time(TimePoint now) override {
    return inner_->next_schedule_time(now);
  }
  std::vector<store::Schedule> armed_schedules_after(const std::string& definition,
                                                     std::int64_t limit) override {
    return inner_->armed_schedules_after(definition, limit);
  }
  std::optional<store::Schedule> find_schedule(const std::string& definition) override {
    return inner_->find_schedule(definition);
  }
  void put_schedule(const store::Schedule& schedule) override { at("put_schedule").put_schedule(schedule); }
  void drop_schedule(const std::string& definition) override {
    at("drop_schedule").drop_schedule(definition);
  }
  void put_preview(const store::Preview& preview) override { at("put_preview").put_preview(preview); }
  std::optional<store::Preview> find_preview(const std::string& id) override {
    return inner_->find_preview(id);
  }
  bool use_preview(const std::string& id, TimePoint time) override {
    return at("use_preview").use_preview(id, time);
  }
  void drop_previews_before(TimePoint cut_off) override {
    at("drop_previews_before").drop_previews_before(cut_off);
  }

  void put_event(store::Event& event) override { at("put_event").put_event(event); }
  std::vector<store::Event> due_events(const std::string& endpoint, TimePoint now, int limit) override {
    return at("due_events").due_events(endpoint, now, limit);
  }
  std::optional<TimePoint> next_event_time(const std::string& endpoint) override {
    return inner_->next_event_time(endpoint);
  }
  std::optional<store::Event> find_event(std::int64_t id) override { return at("find_event").find_event(id); }
  void update_event(const store::Event& event) override { at("update_event").update_event(event); }
  void drop_event(std::int64_t id) override { at("drop_event").drop_event(id); }
  void shift_events(Millis step) override { at("shift_events").shift_events(step); }
  store::EventCounts count_events() override { return inner_->count_events(); }
  void each_event(const std::function<bool(const store::Event&)>& visit) override {
    inner_->each_event(visit);
  }

  std::int64_t take_epoch() override { return at("take_epoch").take_epoch(); }
  std::int64_t epoch() override { return inner_->epoch(); }
  std::optional<TimePoint> last_backup() override { return inner_->last_backup(); }
  void put_last_backup(TimePoint at) override { this->at("put_last_backup").put_last_backup(at); }

  void put_token(const store::Token& token) override { inner_->put_token(token); }
  std::optional<store::Token> find_token(const std::string& id) override { return inner_->find_token(id); }
  std::vector<store::Token> tokens() override { return inner_->tokens(); }
  bool revoke_token(const std::string& id, TimePoint at) override { return inner_->revoke_token(id, at); }
  void drop_token(const std::string& id) override { inner_->drop_token(id); }
  void drop_expired_tokens(TimePoint now) override { inner_->drop_expired_tokens(now); }

 private:
  store::Store& at(const char* operation) {
    before_(operation);
    return *inner_;
  }

  std::unique_ptr<store::Store> inner_;
  std::function<void(const char*)> before_;
  std::function<void()> after_commit_;
};

}  // namespace latchkey::test

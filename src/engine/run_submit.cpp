// Storing a run: what engine/run.h promises of submit_run().
#include "base/time_text.h"
#include "engine/batches.h"
#include "engine/run_rows.h"
#include "engine/submit.h"

namespace latchkey::engine {
namespace {

using ledger::EntryType;
using store::Batch;
using store::BatchState;
using store::Occurrence;
using store::OccurrenceState;

// What is left of the promised 50 ms is for the commit.
constexpr Millis kFillingRun{30};
constexpr std::size_t kNominalShown = 16;

// "2026-12-01T02:00:00.000Z" -> "20261201T020000Z"; a digest is cut.
std::string short_nominal(const std::string& nominal) {
  if (nominal.find('T') == std::string::npos) return nominal.substr(0, 8);
  std::string text;
  for (const char c : nominal.substr(0, nominal.find('.'))) {
    if (c != '-' && c != ':') text += c;
  }
  return text.substr(0, kNominalShown - 1) + "Z";
}

void require_fit(const Run& run, const RunPlan& plan) {
  if (plan.broken > 0 && !run.definition.recipients.skip_broken) {
    throw InputError(
        "invalid_request",
        std::to_string(plan.broken) + " of " + std::to_string(plan.rows) +
            " rows are broken, and nothing was stored: mend them, or let the definition skip them "
            "([recipients] broken = \"skip\")",
        plan.errors);
  }
  if (plan.beyond_within) {
    throw InputError("invalid_request",
                     "the run would last until " + format_utc(*plan.last_due) + ", longer than " +
                         format_span(*run.definition.pace.within) +
                         ": the provider's limit and the window allow no more",
                     {{"pace.within", "expected at least " + format_span(*plan.last_due - run.begin), 0}});
  }
}

/// Stores the rows of one run in transactions of its own.
class Storing final : public job::RecipientRows {
 public:
  Storing(const ImportParts& parts, const Run& run, const RunPlan& plan)
      : parts_(parts),
        run_(run),
        large_(static_cast<std::size_t>(plan.rows) > kSmallImport),
        forecasts_(parts.store, parts.settings, parts.clock.now().wall),
        rows_(run, parts.settings, forecasts_, parts.random) {}

  /// Opens the first transaction and claims the run; the batch that has it already, if one has.
  std::optional<Batch> claim(const std::string& nominal, const std::string& digest) {
    begin();
    batch_.nominal = nominal;
    const auto known = parts_.store.find_occurrence(run_.definition.name, nominal);
    if (known && !may_go_on(*known)) {
      auto batch = parts_.store.find_batch(known->batch);
      transaction_.reset();
      if (!batch) throw Error("the database has lost a batch");
      return batch;
    }
    batch_.id = free_id(short_nominal(nominal));
    batch_.definition = run_.definition.name;
    batch_.provider = run_.definition.provider;
    batch_.actor = parts_.actor;
    batch_.reason = run_.reason;
    batch_.created_at = transaction_->now().wall;
    batch_.definition_digest = run_.definition.digest;
    batch_.recipients_digest = digest;
    batch_.plan = "{}";
    const job::DefinitionRetry& retry = run_.definition.retry;
    if (retry.attempts || retry.first || retry.most)
      batch_.retry = retry_json(retry.over(parts_.settings.retry));
    batch_.on_complete = run_.definition.on_complete;
    if (large_) batch_.import = parts_.store.open_import();
    batch_.submit_until = transaction_->now().wall + kSubmissionLease;
    parts_.store.insert_batch(batch_);
    put_occurrence(OccurrenceState::Submitting);
    return std::nullopt;
  }

  void good(job::Submission row, int line, int number) override {
    make_room();
    Context context = this->context();
    RunRows::Verdict verdict = rows_.judge(context, std::move(row), line);
    if (verdict.job) {
      job::Submission& submission = *verdict.job;
      submission.request_id = batch_.id + "-" + std::to_string(number);
      submission.batch = batch_.id;
      const job::Job job = submit(context, submission, batch_.import).job;
      if (batch_.first_id == 0) batch_.first_id = job.id;
      batch_.last_id = job.id;
    } else if (verdict.skipped) {
      skip(*verdict.skipped, verdict.subject);
    }
    ++stored_;
  }

  void broken(FieldError error) override {
    make_room();
    rows_.broken(std::move(error));
  }

  /// The last transaction: from its commit on the batch is there.
  SubmittedRun complete(job::FileFacts facts) {
    RunPlan plan = std::move(rows_.plan());
    plan.rows = facts.rows;
    plan.digest = std::move(facts.digest);
    plan.unknown = std::move(facts.unknown);
    if (plan.digest != batch_.recipients_digest)
      throw InputError("invalid_request", "recipients",
                       "the file changed while it was being read; nothing of it will be sent: try again once "
                       "it is complete");
    batch_.state = BatchState::Open;
    batch_.submit_until.reset();
    batch_.plan = plan.json(run_, parts_.settings);
    parts_.store.update_batch(batch_);
    if (large_) parts_.store.complete_import(batch_.import);
    put_occurrence(OccurrenceState::Submitted);
    ledger::Entry entry;
    entry.type = EntryType::BatchSubmitted;
    entry.actor = parts_.actor;
    entry.batch = batch_.id;
    entry.provider = batch_.provider;
    entry.definition = batch_.definition;
    entry.nominal = batch_.nominal;
    entry.digest = batch_.recipients_digest;
    entry.count = plan.jobs;
    if (!run_.reason.empty()) entry.reason = run_.reason;
    parts_.store.append(entry);
    Context context = this->context();
    finish_if_over(context, batch_.id, entry.t);
    transaction_->commit();
    transaction_.reset();
    return {*parts_.store.find_batch(batch_.id), std::move(plan), true};
  }

  /// Nothing of what was stored is to be sent. The turn goes on where this ends early.
  void abandon() {
    transaction_.reset();
    if (!committed_) return;
    for (bool more = true; more;) {
      begin();
      Context context = this->context();
      auto batch = parts_.store.find_batch(batch_.id);
      more = batch && settle_batch(context, *batch, static_cast<int>(kSmallImport));
      transaction_->commit();
      transaction_.reset();
      if (more && parts_.let_others_write) parts_.let_others_write();
    }
  }

 private:
  void begin() {
    transaction_ = std::make_unique<store::Transaction>(parts_.store);
    begun_ = transaction_->now();
  }

  Context context() {
    return {parts_.store, parts_.random, parts_.settings, forecasts_, transaction_->now(), parts_.actor};
  }

  // A large run lets others write in between, and shows that it is alive.
  void make_room() {
    if (!large_ || parts_.clock.now().boot - begun_.boot < kFillingRun) return;
    batch_.submit_until = transaction_->now().wall + kSubmissionLease;
    parts_.store.update_batch(batch_);
    transaction_->commit();
    committed_ = true;
    transaction_.reset();
    if (parts_.progress) parts_.progress(stored_);
    if (parts_.let_others_write) parts_.let_others_write();
    begin();
    const auto now = parts_.store.find_batch(batch_.id);
    if (!now || now->state != BatchState::Submitting)
      throw InputError("try_later", "batch", "the submission took too long and was given up; try again");
  }

  // Whether a run that is known may be submitted all the same.
  bool may_go_on(const Occurrence& known) {
    switch (known.state) {
      case OccurrenceState::Submitted:
        return false;
      case OccurrenceState::Missed:
      case OccurrenceState::Skipped:
        if (!run_.reason.empty()) return true;
        throw InputError("wrong_state", "definition",
                         "this run was " + std::string(name(known.state)) + ": " + known.reason +
                             "; submitting it all the same takes --again and a reason");
      case OccurrenceState::Submitting:
        break;
    }
    auto batch = parts_.store.find_batch(known.batch);
    if (batch && batch->state == BatchState::Submitting && batch->submit_until > begun_.wall)
      throw InputError("try_later", "definition", "somebody else is submitting this run just now");
    Context context = this->context();
    // The rest of it is cancelled by the turn, piece by piece.
    if (batch && batch->state == BatchState::Submitting) settle_batch(context, *batch, 0);
    return true;
  }

  // The last part is a row's number: up to seven digits and a hyphen.
  std::string free_id(const std::string& part) {
    const std::string id = run_.definition.name + "-" + part;
    for (int number = 1;; ++number) {
      std::string tried = number == 1 ? id : id + "." + std::to_string(number);
      if (!parts_.store.find_batch(tried)) return tried;
    }
  }

  void put_occurrence(OccurrenceState state) {
    Occurrence occurrence;
    occurrence.definition = batch_.definition;
    occurrence.nominal = batch_.nominal;
    occurrence.at = run_.begin;
    occurrence.state = state;
    occurrence.batch = batch_.id;
    occurrence.created_at = batch_.created_at;
    parts_.store.put_occurrence(occurrence);
  }

  void skip(job::Code code, const std::string& subject) {
    ledger::Entry entry;
    entry.type = EntryType::RecipientSkipped;
    entry.actor = parts_.actor;
    entry.batch = batch_.id;
    entry.provider = batch_.provider;
    entry.code = code;
    if (!subject.empty()) entry.subject = subject;
    parts_.store.append(entry);
  }

  const ImportParts& parts_;
  const Run& run_;
  const bool large_;
  Forecasts forecasts_;
  RunRows rows_;
  Batch batch_;
  std::unique_ptr<store::Transaction> transaction_;
  Instant begun_{};
  bool committed_ = false;
  std::size_t stored_ = 0;
};

}  // namespace

SubmittedRun submit_run(const ImportParts& parts, const Run& run) {
  if (!run.reason.empty()) ledger::check_reason(run.reason);
  const RunPlan plan = plan_run(parts, run);
  std::string nominal = run.nominal.empty() ? plan.digest : run.nominal;
  if (!run.reason.empty()) {
    // Submitted again: a run of its own, beside those that were there.
    for (int again = 2; parts.store.find_occurrence(run.definition.name, nominal); ++again)
      nominal = (run.nominal.empty() ? plan.digest : run.nominal) + "." + std::to_string(again);
  }
  Storing storing(parts, run, plan);
  if (auto batch = storing.claim(nominal, plan.digest)) return {std::move(*batch), plan, false};
  require_fit(run, plan);
  const auto in = run.open();
  const job::SubmissionLimits limits = limits_of(run, parts.settings, parts.clock.now().wall);
  try {
    return storing.complete(job::each_recipient(*in, run.definition.provider, limits,
                                                run.definition.recipients.columns, storing));
  } catch (...) {
    storing.abandon();
    throw;
  }
}

}  // namespace latchkey::engine

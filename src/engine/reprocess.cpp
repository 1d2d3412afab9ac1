#include "engine/reprocess.h"

#include <algorithm>

#include "base/json.h"
#include "base/time_text.h"
#include "engine/operations.h"
#include "engine/preview.h"
#include "engine/record.h"
#include "engine/submit.h"
#include "job/recipient.h"

namespace latchkey::engine {
namespace {

constexpr const char* kReprocessDefinition = "reprocess";

[[noreturn]] void refuse_preview(const char* code, const std::string& why) {
  throw InputError(code, "preview", why);
}

store::Preview require_preview(Context& context, const std::string& id,
                               const std::vector<BulkAction>& allowed) {
  const auto preview = context.store.find_preview(id);
  if (!preview) refuse_preview("not_found", "no preview has this id; it may have been a day ago");
  if (preview->used_at) {
    refuse_preview("wrong_state",
                   "it was executed before, at " + format_utc(*preview->used_at) + "; make a new one");
  }
  if (context.now.wall >= preview->created_at + kPreviewLife) {
    refuse_preview("wrong_state", "it has expired: make a new one");
  }
  const auto action = bulk_action_named(preview->action);
  if (!allowed.empty() && (!action || std::find(allowed.begin(), allowed.end(), *action) == allowed.end())) {
    refuse_preview("wrong_state", "it was made for another action: " + preview->action);
  }
  if (preview->jobs > kBulkJobsMost) {
    refuse_preview("wrong_state", "it selects " + std::to_string(preview->jobs) + " jobs, and at most " +
                                      std::to_string(kBulkJobsMost) + " are taken at once: narrow its filter");
  }
  return *preview;
}

/// Makes the new jobs of one preview, as one batch.
class Reprocessing {
 public:
  Reprocessing(Context& context, const store::Preview& preview, const Selection& selection,
               const std::string& reason)
      : context_(context),
        selection_(selection),
        reason_(reason),
        pacer_(reprocess_pacer(context.forecasts, context.settings, selection, context.now.wall)) {
    batch_.id = "reprocess-" + preview.id.substr(preview.id.find('-') + 1);
    batch_.definition = kReprocessDefinition;
    batch_.nominal = preview.id;
    batch_.provider = selection.providers.begin()->first;
    batch_.state = store::BatchState::Open;
    batch_.actor = context.actor;
    batch_.reason = reason;
    batch_.created_at = context.now.wall;
    batch_.recipients_digest = preview.digest;
    batch_.plan = "{}";
  }

  Executed run() {
    context_.store.insert_batch(batch_);
    append_submitted();
    for (const std::string& id : selection_.request_ids) repeat(id);
    batch_.plan = plan();
    context_.store.update_batch(batch_);
    return {BulkAction::Reprocess, selection_.jobs, batch_.id, first_due_, last_due_};
  }

 private:
  void append_submitted() {
    ledger::Entry entry;
    entry.type = ledger::EntryType::BatchSubmitted;
    entry.actor = context_.actor;
    entry.provider = batch_.provider;
    entry.batch = batch_.id;
    entry.definition = batch_.definition;
    entry.nominal = batch_.nominal;
    entry.count = selection_.jobs;
    entry.reason = reason_;
    context_.store.append(entry);
  }

  job::Submission submission_of(const job::Job& old) {
    const store::Subject subject = context_.store.subject(old.subject).value();
    job::Submission submission;
    submission.provider = old.provider;
    submission.recipient = {subject.address, subject.recipient};
    submission.hand_over = old.hand_over;
    if (old.hand_over == job::HandOver::Email)
      submission.deliver_to = job::parse_email(subject.deliver_to.value(), "deliverTo");
    submission.lifetime = std::min(old.lifetime, context_.settings.of(old.provider).link_lifetime);
    submission.batch = batch_.id;
    submission.planned = pacer_.next();
    submission.reprocess_of = old.request_id;
    return submission;
  }

  void repeat(const std::string& request_id) {
    job::Job old = context_.store.find_job(request_id).value();
    const job::Job fresh = submit(context_, submission_of(old)).job;
    ledger::Entry entry;
    entry.type = ledger::EntryType::JobReprocessed;
    entry.actor = context_.actor;
    entry.reason = reason_;
    entry.reprocessed_as = fresh.request_id;
    record(context_, old, std::move(entry));
    old.reprocessed_as = fresh.request_id;
    context_.store.update_job(old);
    if (batch_.first_id == 0) batch_.first_id = fresh.id;
    batch_.last_id = fresh.id;
    first_due_ = std::min(first_due_.value_or(fresh.due_at), fresh.due_at);
    last_due_ = std::max(last_due_.value_or(fresh.due_at), fresh.due_at);
  }

  std::string plan() const {
    OrderedJson json;
    json["rows"] = selection_.jobs;
    json["jobs"] = selection_.jobs;
    json["firstDueAt"] = format_utc(first_due_.value());
    json["lastDueAt"] = format_utc(last_due_.value());
    json["preview"] = batch_.nominal;
    json["reason"] = reason_;
    return json.dump();
  }

  Context& context_;
  const Selection& selection_;
  const std::string& reason_;
  Pacer pacer_;
  store::Batch batch_;
  std::optional<TimePoint> first_due_, last_due_;
};

Executed decide(Context& context, BulkAction action, const Selection& selection, const std::string& reason) {
  for (const std::string& id : selection.request_ids) {
    if (action == BulkAction::Release) {
      release(context, id, reason);
    } else {
      close(context, id, action == BulkAction::CloseSent, reason);
    }
  }
  return {action, selection.jobs, {}, {}, {}};
}

}  // namespace

Executed execute_preview(Context& context, const std::string& id, const std::string& reason,
                         const std::vector<BulkAction>& allowed) {
  ledger::check_reason(reason);
  const store::Preview preview = require_preview(context, id, allowed);
  const Selector selector = selector_of(preview.action, preview.filter);
  const Selection selection = select(context.store, context.settings, context.now.wall, selector);
  if (selection.digest != preview.digest) {
    refuse_preview("conflict", "what its filter selects has changed since (" + std::to_string(preview.jobs) +
                                   " jobs then, " + std::to_string(selection.jobs) +
                                   " now): nothing was done; make a new one");
  }
  LATCHKEY_CHECK(context.store.use_preview(id, context.now.wall));
  try {
    if (selector.action != BulkAction::Reprocess) return decide(context, selector.action, selection, reason);
    return Reprocessing(context, preview, selection, reason).run();
  } catch (const InputError&) {
    context.forecasts.forget();  // what was let in is not stored
    throw;
  }
}

}  // namespace latchkey::engine

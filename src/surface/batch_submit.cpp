#include "surface/batch_submit.h"

#include <algorithm>

#include "ledger/entry.h"
#include "surface/batch_follow.h"
#include "surface/batch_preview.h"
#include "surface/outlook.h"
#include "surface/report_error.h"
#include "surface/words.h"
#include "surface/zone_words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kBrokenNoted = 20;

std::string checked_again(const BatchOptions& options) {
  if (options.again != options.reason.has_value()) {
    throw UsageError("--again and --reason TEXT go together: why these recipients are written to once more");
  }
  if (options.reason) ledger::check_reason(*options.reason);
  return options.reason.value_or("");
}

// Rows that the definition leaves out are named, or nobody would ever mend them.
void note_broken(const engine::RunPlan& plan, bool json) {
  if (plan.errors.empty()) return;
  std::vector<FieldError> first(
      plan.errors.begin(),
      plan.errors.begin() + static_cast<std::ptrdiff_t>(std::min(kBrokenNoted, plan.errors.size())));
  const InputError error("invalid_request",
                         counted(static_cast<std::size_t>(plan.broken), "row") +
                             (plan.broken == 1 ? " is broken and left out" : " are broken and left out"),
                         std::move(first));
  std::string text = json ? error_document(error).dump() + "\n" : error_text(error);
  text.pop_back();
  note(text);
}

// Whether these very recipients were submitted before.
bool is_known(StoreSession& session, const engine::ImportParts& parts, ChosenRun& chosen) {
  const engine::RunPlan plan = engine::plan_run(parts, chosen.run(session.now()));
  const auto known = session.store().find_occurrence(chosen.definition().name, plan.digest);
  return known && known->state == store::OccurrenceState::Submitted;
}

void print_created(StoreSession& session, const ChosenRun& chosen, const engine::SubmittedRun& done,
                   Output& out) {
  const engine::RunPlan& plan = done.plan;
  const TimeZone zone = zone_or_utc(plan.zone);
  std::string text = done.batch.id + " is submitted: " + counted(static_cast<std::size_t>(plan.jobs), "job");
  if (plan.first_due) {
    text += ", due from " + time_words(zone, *plan.first_due) + " to " + time_words(zone, *plan.last_due) +
            " " + zone.name();
  }
  out.line(text + ".");
  for (const auto& [code, count] : plan.skipped) {
    out.line("  " + counted(static_cast<std::size_t>(count)) +
             " left out: " + skipped_words(code, chosen.definition()));
  }
  const std::string in_the_way = obstacle(session, done.batch.provider);
  if (!in_the_way.empty() && plan.jobs > 0) out.line(in_the_way);
}

void print_known(const BatchView& view, Output& out) {
  out.line("It was submitted before, as " + view.batch.id + " (" + std::string(name(view.batch.state)) +
           ", " + counted(static_cast<std::size_t>(view.counts.all()), "job") + "): nothing was changed.");
  out.line("--again --reason TEXT writes to the same recipients once more.");
}

}  // namespace

int preview_batch(const GlobalOptions& global, const BatchOptions& options) {
  StoreSession session(global, store::Access::ReadOnly);
  ChosenRun chosen(options.file, options.recipients);
  ProgressLine progress(!global.json);
  const BatchPreview preview = preview_run(session, chosen, {chosen.begin(session.now())}, progress);
  Output out;
  if (global.json) {
    out.line(preview_json(preview, session.settings()).dump());
  } else {
    print_preview(preview, session.settings(), out);
  }
  out.flush();
  return 0;
}

int submit_batch(const GlobalOptions& global, const BatchOptions& options) {
  const std::string reason = checked_again(options);
  StoreSession session(global);
  ChosenRun chosen(options.file, options.recipients);
  ProgressLine progress(!global.json);
  const engine::ImportParts parts = run_parts(session, progress);
  if (chosen.is_over(session.now()) && reason.empty() && !is_known(session, parts, chosen)) {
    throw InputError(
        "wrong_state", "schedule.at",
        "its time is over, so it would begin at once: --again --reason TEXT says that you mean it");
  }
  const engine::SubmittedRun done =
      engine::submit_run(parts, chosen.run(chosen.begin(session.now()), reason));
  progress.show("");
  if (done.created) note_broken(done.plan, global.json);
  const BatchView view = view_of(session.store(), session.settings(), done.batch, session.now());
  Output out;
  if (global.json) {
    OrderedJson document = batch_json(view);
    document["created"] = done.created;
    out.line(document.dump());
  } else if (done.created) {
    print_created(session, chosen, done, out);
  } else {
    print_known(view, out);
  }
  out.flush();
  return options.follow ? follow_batch(session, done.batch.id, global.json) : 0;
}

}  // namespace latchkey::surface

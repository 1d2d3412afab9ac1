#include "surface/jobs_bulk_command.h"

#include <vector>

#include "base/time_text.h"
#include "engine/reprocess.h"
#include "surface/outlook.h"
#include "surface/output.h"
#include "surface/preview_view.h"
#include "surface/question_options.h"
#include "surface/report_error.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using engine::BulkAction;

// Nobody that anything was ever sent to: no job fits, and the other filters need not be kept.
constexpr const char* kNobody = "nobody";

bool has_filters(const JobQuestion& question) {
  return !question.states.empty() || question.provider || question.recipient || question.outcome ||
         question.code || question.batch || question.definition || question.from || question.to;
}

engine::Selector selector_of_options(StoreSession& session, const BulkOptions& options, BulkAction action) {
  engine::Selector selector;
  selector.action = action;
  selector.include_refused = options.include_refused;
  if (auto filter = options.question.job_filter(session.store(), session.now())) {
    selector.filter = std::move(*filter);
  } else {
    selector.filter.subject = kNobody;
  }
  return selector;
}

void print_next_step(StoreSession& session, const GlobalOptions& global, const std::string& command,
                     const engine::Preview& preview, const store::Preview& kept, Output& out) {
  if (kept.jobs > engine::kBulkJobsMost) {
    return out.line("At most " + counted(static_cast<std::size_t>(engine::kBulkJobsMost), "job") +
                    " are taken at once: narrow the filter. Nothing was changed.");
  }
  if (preview.selector.action == BulkAction::Reprocess || preview.selector.action == BulkAction::Release) {
    for (const auto& [provider, jobs] : preview.selection.providers) {
      const std::string in_the_way = obstacle(session, provider);
      if (!in_the_way.empty()) out.line(in_the_way);
    }
  }
  const std::string config =
      global.config == GlobalOptions().config ? "" : "--config " + global.config.string() + " ";
  out.line("Nothing was changed. To do it, once and until " +
           format_local(kept.created_at + engine::kPreviewLife) + ":");
  out.line("  latchkey " + config + command + " --confirm " + kept.id + " --reason \"WHY\"");
}

int preview_bulk(const GlobalOptions& global, const BulkOptions& options, const std::string& command,
                 BulkAction action) {
  StoreSession session(global);
  const engine::Preview preview =
      engine::make_preview(session.store(), session.settings(), session.now(),
                           selector_of_options(session, options, action));
  std::optional<store::Preview> kept;
  if (preview.selection.jobs > 0) {
    kept = session.write([&](engine::Context& context) { return engine::keep_preview(context, preview); });
  }
  Output out;
  if (global.json) {
    out.line(preview_json(preview, session.settings(), kept).dump());
  } else {
    print_preview(preview, session.settings(), session.now(), out);
    if (kept) print_next_step(session, global, command, preview, *kept, out);
  }
  out.flush();
  return 0;
}

// A preview is made for the command that executes it, whether as sent or not.
std::vector<BulkAction> actions_like(BulkAction action) {
  if (action == BulkAction::Reprocess || action == BulkAction::Release) return {action};
  return {BulkAction::CloseSent, BulkAction::CloseNotSent};
}

// The answer is no, rather than the question wrong.
bool is_about_the_preview(const InputError& error) {
  return error.code() == "not_found" || error.code() == "wrong_state" || error.code() == "conflict";
}

int confirm_bulk(const GlobalOptions& global, const BulkOptions& options, BulkAction action) {
  StoreSession session(global);
  try {
    const auto executed = session.write([&](engine::Context& context) {
      return engine::execute_preview(context, *options.confirm, *options.reason, actions_like(action));
    });
    Output out;
    out.line(global.json ? executed_json(executed).dump() : executed_text(executed));
    out.flush();
    return 0;
  } catch (const InputError& error) {
    if (!is_about_the_preview(error)) throw;
    report_error(error, global.json);
    return 1;
  }
}

}  // namespace

bool BulkOptions::any() const {
  return confirm || has_filters(question);
}

void declare(BulkOptions& options, CLI::App& command) {
  declare_filters(options.question, command);
  add_text(command, "--confirm", options.confirm, "execute this preview")->type_name("PREVIEW_ID");
}

int run_bulk(const GlobalOptions& global, const BulkOptions& options, const std::string& command,
             BulkAction action) {
  const bool filters = has_filters(options.question) || options.include_refused;
  if (options.confirm && filters) {
    throw UsageError(command + " --confirm takes no filters: its preview has them");
  }
  if (options.confirm && !options.reason) throw UsageError(command + " --confirm wants --reason TEXT");
  if (options.confirm) return confirm_bulk(global, options, action);
  if (options.reason) {
    throw UsageError(command + " with filters shows a preview and changes nothing; --reason belongs to --confirm");
  }
  if (!has_filters(options.question)) {
    throw UsageError(command + " wants filters, such as --state, --code or --batch, or --confirm PREVIEW_ID");
  }
  return preview_bulk(global, options, command, action);
}

void add_jobs_reprocess(CLI::App& jobs, CommandLine& line) {
  CLI::App* command = jobs.add_subcommand("reprocess", "Send again what ended in vain: a preview, then --confirm");
  auto options = std::make_shared<BulkOptions>();
  declare(*options, *command);
  add_text(*command, "--reason", options->reason, "for the ledger, with --confirm")->type_name("TEXT");
  command->add_flag("--include-refused", options->include_refused,
                    "also what the provider has refused for good");
  add_example(*command, "latchkey jobs reprocess --code timeout --since 6h");
  command->callback([&line, options] {
    line.command = [&line, options] {
      return run_bulk(line.global, *options, "jobs reprocess", BulkAction::Reprocess);
    };
  });
}

}  // namespace latchkey::surface

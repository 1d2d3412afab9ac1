#include "surface/jobs_commands.h"

#include <memory>

#include "base/time_text.h"
#include "engine/operations.h"
#include "surface/history.h"
#include "surface/job_story.h"
#include "surface/job_view.h"
#include "surface/jobs_bulk_command.h"
#include "surface/jobs_list.h"
#include "surface/jobs_prune_command.h"
#include "surface/outlook.h"
#include "surface/output.h"
#include "surface/question_options.h"
#include "surface/reveal.h"
#include "surface/store_session.h"
#include "surface/timeline.h"

namespace latchkey::surface {
namespace {

/// One job, and what a person wants done with it.
struct Action {
  std::string request_id;
  std::optional<std::string> reason;
  bool reveal = false;
  bool sent = false;
  bool not_sent = false;
  BulkOptions bulk;  ///< release and close: many jobs instead
};

void print_job(StoreSession& session, const job::Job& job, const std::optional<std::string>& recipient,
               Output& out) {
  const bool coloured = Output::coloured();
  Table facts;
  const auto add = [&facts](const char* what, Cell value) { facts.add({what, std::move(value)}); };
  out.line(painted(job.request_id, Paint::Strong, coloured));
  add("state", state_cell(job.standing.state));
  add("", outlook(session, job));
  add("provider", std::string(name(job.provider)));
  if (recipient) add("recipient", *recipient);
  if (job.hand_over != job::HandOver::None) {
    const std::string waiting = hand_over_state(job) == "waiting" ? ": waiting" : "";
    add("handover", std::string(name(job.hand_over)) + waiting);
  }
  if (!job.batch.empty()) add("batch", job.batch);
  if (job.reprocess_of) add("repeats", *job.reprocess_of);
  if (job.reprocessed_as) add("reprocessed", "as " + *job.reprocessed_as);
  add("created", format_local(job.created_at));
  add("due", format_local(job.due_at));
  add("expires", format_local(job.expires_at));
  if (job.finished_at) add("finished", format_local(*job.finished_at));
  add("attempts", std::to_string(job.attempts));
  out.text(facts.text(coloured, 2));
}

int show_job(const GlobalOptions& global, const Action& action) {
  StoreSession session(global, action.reveal ? store::Access::ReadWrite : store::Access::ReadOnly);
  const JobStory story = find_story(session.store(), action.request_id);
  std::optional<std::string> recipient;
  if (action.reveal) {
    record_reveal(session);
    recipient = revealed(session, story.job);
  }
  Output out;
  if (global.json) {
    out.line(story_json(story, recipient).dump());
  } else {
    print_job(session, story.job, recipient, out);
    if (story.pruned) out.line("  Pruned: this is what the ledger tells of it.");
    out.line("");
    out.text(timeline_text(decoded(story.entries), Output::coloured()));
  }
  out.flush();
  return 0;
}

int print_changed(StoreSession& session, const job::Job& job, bool json) {
  Output out;
  if (json) {
    out.line(job_json(job).dump());
  } else {
    const Cell state = state_cell(job.standing.state);
    out.line(job.request_id + " is " + painted(state.text, state.paint, Output::coloured()) + ". " +
             outlook(session, job));
  }
  out.flush();
  return 0;
}

template <typename Work>
int change_job(const GlobalOptions& global, Work work) {
  StoreSession session(global);
  const job::Job job = session.write(work);
  return print_changed(session, job, global.json);
}

int close_job(const GlobalOptions& global, const Action& action) {
  if (!action.reason) throw UsageError("jobs close wants --reason TEXT: how you found out");
  return change_job(global, [&](engine::Context& context) {
    return engine::close(context, action.request_id, action.sent, *action.reason);
  });
}

// An empty text is a reason that was given, and a bad one; no text is none.
std::string checked_reason(const Action& action) {
  if (action.reason) ledger::check_reason(*action.reason);
  return action.reason.value_or("");
}

// Whether a command is about many jobs. Throws UsageError when it is about one and many, or none.
bool is_bulk(const Action& action, const std::string& command) {
  const bool many = action.bulk.any();
  if (many && !action.request_id.empty()) {
    throw UsageError(command + " wants one job's requestId, or filters, and not both");
  }
  if (!many && action.request_id.empty()) {
    throw UsageError(command + " wants a requestId, or filters such as --state held --batch ID");
  }
  return many;
}

int release_jobs(const GlobalOptions& global, Action action) {
  if (is_bulk(action, "jobs release")) {
    action.bulk.reason = action.reason;
    return run_bulk(global, action.bulk, "jobs release", engine::BulkAction::Release);
  }
  return change_job(global, [&](engine::Context& context) {
    return engine::release(context, action.request_id, checked_reason(action));
  });
}

int close_jobs(const GlobalOptions& global, Action action) {
  const bool many = is_bulk(action, "jobs close");
  if (action.bulk.confirm && (action.sent || action.not_sent)) {
    throw UsageError("jobs close --confirm takes neither --sent nor --not-sent: its preview has it");
  }
  if (!action.bulk.confirm && action.sent == action.not_sent) {
    throw UsageError("jobs close wants one of --sent and --not-sent, as you found out");
  }
  if (!many) return close_job(global, action);
  action.bulk.reason = action.reason;
  return run_bulk(global, action.bulk, "jobs close",
                  action.sent ? engine::BulkAction::CloseSent : engine::BulkAction::CloseNotSent);
}

CLI::App* add_action(CLI::App& jobs, const char* name, const char* description,
                     const std::shared_ptr<Action>& action) {
  CLI::App* command = jobs.add_subcommand(name, description);
  command->add_option("ID", action->request_id, "the job's requestId")->required();
  return command;
}

void add_list(CLI::App& jobs, CommandLine& line) {
  CLI::App* list = jobs.add_subcommand("list", "Every job, oldest first, or those that fit");
  auto question = std::make_shared<JobQuestion>();
  auto reveal = std::make_shared<bool>(false);
  declare(*question, *list);
  list->add_flag("--reveal", *reveal, "show recipients, too; this is recorded in the ledger");
  add_example(*list, "latchkey jobs list --state held --since 24h");
  list->callback([&line, question, reveal] {
    line.command = [&line, question, reveal] { return list_jobs(line.global, *question, *reveal); };
  });
}

void add_show(CLI::App& jobs, CommandLine& line) {
  auto action = std::make_shared<Action>();
  CLI::App* show = add_action(jobs, "show", "One job and all that happened to it", action);
  show->add_flag("--reveal", action->reveal, "show its recipient, too; this is recorded in the ledger");
  add_example(*show, "latchkey jobs show order-77");
  show->callback(
      [&line, action] { line.command = [&line, action] { return show_job(line.global, *action); }; });
}

void add_cancel(CLI::App& jobs, CommandLine& line) {
  auto action = std::make_shared<Action>();
  CLI::App* cancel = add_action(jobs, "cancel", "Do not send it, or not again", action);
  add_text(*cancel, "--reason", action->reason, "for the ledger")->type_name("TEXT");
  add_example(*cancel, "latchkey jobs cancel order-77 --reason \"ordered by mistake\"");
  cancel->callback([&line, action] {
    line.command = [&line, action] {
      return change_job(line.global, [&](engine::Context& context) {
        return engine::cancel(context, action->request_id, checked_reason(*action));
      });
    };
  });
}

void declare_bulk(CLI::App& command, Action& action) {
  command.get_option("ID")->required(false);
  declare(action.bulk, command);
}

void add_release(CLI::App& jobs, CommandLine& line) {
  auto action = std::make_shared<Action>();
  CLI::App* release = add_action(jobs, "release", "Send a held job again, or many, while fresh", action);
  declare_bulk(*release, *action);
  add_text(*release, "--reason", action->reason, "for the ledger")->type_name("TEXT");
  add_example(*release, "latchkey jobs release order-77 --reason \"the mail did not arrive\"");
  release->callback([&line, action] {
    line.command = [&line, action] { return release_jobs(line.global, *action); };
  });
}

void add_close(CLI::App& jobs, CommandLine& line) {
  auto action = std::make_shared<Action>();
  CLI::App* close = add_action(jobs, "close", "End a held job, or many, as you found it", action);
  declare_bulk(*close, *action);
  close->add_flag("--sent", action->sent, "the customer has the mail: done");
  close->add_flag("--not-sent", action->not_sent, "the customer has none: failed");
  add_text(*close, "--reason", action->reason, "for the ledger: how you found out")->type_name("TEXT");
  add_example(*close, "latchkey jobs close order-77 --sent --reason \"Budi has confirmed it\"");
  close->callback(
      [&line, action] { line.command = [&line, action] { return close_jobs(line.global, *action); }; });
}

}  // namespace

void add_jobs_commands(CLI::App& app, CommandLine& line) {
  CLI::App* jobs = app.add_subcommand("jobs", "The queue: list, show, cancel, release, close, reprocess, prune");
  jobs->require_subcommand(1);
  add_example(*jobs, "latchkey jobs list --state queued");
  add_list(*jobs, line);
  add_show(*jobs, line);
  add_cancel(*jobs, line);
  add_release(*jobs, line);
  add_close(*jobs, line);
  add_jobs_reprocess(*jobs, line);
  add_jobs_prune(*jobs, line);
}

}  // namespace latchkey::surface

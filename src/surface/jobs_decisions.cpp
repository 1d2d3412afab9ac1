#include "surface/jobs_decisions.h"

#include <memory>

#include "engine/operations.h"
#include "surface/job_view.h"
#include "surface/jobs_bulk_command.h"
#include "surface/outlook.h"
#include "surface/output.h"
#include "surface/store_session.h"

namespace latchkey::surface {
namespace {

/// One job, and what a person wants done with it.
struct Action {
  std::string request_id;
  std::optional<std::string> reason;
  bool sent = false;
  bool not_sent = false;
  BulkOptions bulk;  ///< release and close: many jobs instead
};

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
  release->callback(
      [&line, action] { line.command = [&line, action] { return release_jobs(line.global, *action); }; });
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

void add_jobs_decisions(CLI::App& jobs, CommandLine& line) {
  add_cancel(jobs, line);
  add_release(jobs, line);
  add_close(jobs, line);
}

}  // namespace latchkey::surface

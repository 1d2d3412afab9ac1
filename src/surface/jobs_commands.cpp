#include "surface/jobs_commands.h"

#include <memory>

#include "base/time_text.h"
#include "surface/history.h"
#include "surface/job_story.h"
#include "surface/job_view.h"
#include "surface/jobs_bulk_command.h"
#include "surface/jobs_decisions.h"
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

struct ShowOptions {
  std::string request_id;
  bool reveal = false;
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

int show_job(const GlobalOptions& global, const ShowOptions& options) {
  StoreSession session(global, options.reveal ? store::Access::ReadWrite : store::Access::ReadOnly);
  const JobStory story = find_story(session.store(), options.request_id);
  std::optional<std::string> recipient;
  if (options.reveal) {
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
  auto options = std::make_shared<ShowOptions>();
  CLI::App* show = jobs.add_subcommand("show", "One job and all that happened to it");
  show->add_option("ID", options->request_id, "the job's requestId")->required();
  show->add_flag("--reveal", options->reveal, "show its recipient, too; this is recorded in the ledger");
  add_example(*show, "latchkey jobs show order-77");
  show->callback(
      [&line, options] { line.command = [&line, options] { return show_job(line.global, *options); }; });
}

}  // namespace

void add_jobs_commands(CLI::App& app, CommandLine& line) {
  CLI::App* jobs =
      app.add_subcommand("jobs", "The queue: list, show, cancel, release, close, reprocess, prune");
  jobs->require_subcommand(1);
  add_example(*jobs, "latchkey jobs list --state queued");
  add_list(*jobs, line);
  add_show(*jobs, line);
  add_jobs_decisions(*jobs, line);
  add_jobs_reprocess(*jobs, line);
  add_jobs_prune(*jobs, line);
}

}  // namespace latchkey::surface

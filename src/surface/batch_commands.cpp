#include "surface/batch_commands.h"

#include <memory>

#include "surface/batch_actions.h"
#include "surface/batch_list.h"
#include "surface/batch_show.h"
#include "surface/batch_submit.h"

namespace latchkey::surface {
namespace {

void declare_file(CLI::App& command, BatchOptions& options) {
  command.add_option("FILE", options.file, "the definition, such as jobs/onboarding.toml")->required();
  add_text(command, "--recipients", options.recipients, "this file of recipients instead of the definition's")
      ->type_name("F");
}

void add_batch_preview(CLI::App& batch, CommandLine& line) {
  auto options = std::make_shared<BatchOptions>();
  CLI::App* preview =
      batch.add_subcommand("preview", "What a definition would send, and when; writes nothing");
  declare_file(*preview, *options);
  add_example(*preview, "latchkey batch preview jobs/onboarding.toml");
  preview->callback(
      [&line, options] { line.command = [&line, options] { return preview_batch(line.global, *options); }; });
}

void add_batch_submit(CLI::App& batch, CommandLine& line) {
  auto options = std::make_shared<BatchOptions>();
  CLI::App* submit = batch.add_subcommand(
      "submit", "Store a run of a definition: at the time that it gives once, else from now on");
  declare_file(*submit, *options);
  submit->add_flag("--again", options->again, "although the same recipients were submitted before");
  add_text(*submit, "--reason", options->reason, "for the ledger: why again")->type_name("TEXT");
  submit->add_flag("--follow", options->follow, "show how it comes along until it has ended");
  add_example(*submit, "latchkey batch submit jobs/onboarding.toml --follow");
  submit->callback(
      [&line, options] { line.command = [&line, options] { return submit_batch(line.global, *options); }; });
}

void add_batch_list(CLI::App& batch, CommandLine& line) {
  auto question = std::make_shared<BatchQuestion>();
  CLI::App* list = batch.add_subcommand("list", "Every batch, oldest first, or those that fit");
  add_text(*list, "--definition", question->definition, "of this definition only, by its name")
      ->type_name("D");
  add_text(*list, "--limit", question->limit, "so many at most")->type_name("N");
  list->add_flag("--newest", question->newest, "newest first");
  add_example(*list, "latchkey batch list --definition onboarding");
  list->callback([&line, question] {
    line.command = [&line, question] { return list_batches(line.global, *question); };
  });
}

void add_batch_show(CLI::App& batch, CommandLine& line) {
  auto id = std::make_shared<std::string>();
  auto follow = std::make_shared<bool>(false);
  CLI::App* show = batch.add_subcommand("show", "One batch: its plan beside what happened");
  show->add_option("ID", *id, "the batch")->required();
  show->add_flag("--follow", *follow, "show how it comes along until it has ended");
  add_example(*show, "latchkey batch show onboarding-3f9c21ab");
  show->callback([&line, id, follow] {
    line.command = [&line, id, follow] { return show_batch(line.global, *id, *follow); };
  });
}

using BatchAction = int (*)(const GlobalOptions&, const std::string&, const std::string&);

void add_batch_action(CLI::App& batch, CommandLine& line, const std::string& name, const char* description,
                      const std::string& example, BatchAction action) {
  auto id = std::make_shared<std::string>();
  auto reason = std::make_shared<std::optional<std::string>>();
  CLI::App* command = batch.add_subcommand(name, description);
  command->add_option("ID", *id, "the batch")->required();
  add_text(*command, "--reason", *reason, "for the ledger")->required()->type_name("TEXT");
  add_example(*command, "latchkey batch " + name + " onboarding-3f9c21ab --reason \"" + example + "\"");
  command->callback([&line, id, reason, action] {
    line.command = [&line, id, reason, action] { return action(line.global, *id, reason->value()); };
  });
}

}  // namespace

void add_batch_commands(CLI::App& app, CommandLine& line) {
  CLI::App* batch =
      app.add_subcommand("batch", "Runs of definitions: preview, submit, list, show, pause, resume, cancel");
  batch->require_subcommand(1);
  add_example(*batch, "latchkey batch list");
  add_batch_preview(*batch, line);
  add_batch_submit(*batch, line);
  add_batch_list(*batch, line);
  add_batch_show(*batch, line);
  add_batch_action(*batch, line, "pause", "Take none of its jobs until it is resumed", "the portal is down",
                   pause_one_batch);
  add_batch_action(*batch, line, "resume", "Take its jobs again; no dueAt moves", "the portal is back",
                   resume_one_batch);
  add_batch_action(*batch, line, "cancel", "Send nothing more of it; what runs finishes", "the wrong file",
                   cancel_one_batch);
}

}  // namespace latchkey::surface

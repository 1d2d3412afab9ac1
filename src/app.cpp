#include "app.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "surface/audit_commands.h"
#include "surface/backup_commands.h"
#include "surface/batch_commands.h"
#include "surface/doctor_command.h"
#include "surface/init_command.h"
#include "surface/jobs_commands.h"
#include "surface/key_command.h"
#include "surface/provider_commands.h"
#include "surface/schedule_commands.h"
#include "surface/send_command.h"
#include "surface/serve_command.h"
#include "surface/token_commands.h"
#include "surface/upkeep_commands.h"
#include "surface/webhook_commands.h"

namespace latchkey {
namespace {

constexpr std::size_t kShownMax = 200;

// The command that the words so far have led to.
const CLI::App& deepest(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

std::string full_name(const CLI::App& app) {
  const std::string own = app.get_name();
  return app.get_parent() == nullptr ? own : full_name(*app.get_parent()) + " " + own;
}

// What may stand where the word that nobody understood stands.
std::vector<std::string> words_of(const CLI::App& app, bool options) {
  std::vector<std::string> words;
  for (const CLI::App* at = &app; at != nullptr; at = options ? at->get_parent() : nullptr) {
    if (!options) {
      for (const CLI::App* command : at->get_subcommands([](const CLI::App*) { return true; })) {
        words.push_back(command->get_name());
      }
      continue;
    }
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
  }
  return words;
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = deepest(app);
  const std::vector<std::string> commands = words_of(command, false);
  const std::vector<std::string> rest = app.remaining(true);
  std::string message = shown(error.what(), kShownMax);
  if (!rest.empty()) {
    message = "\"" + shown(rest.front()) + "\" is not understood here";
    const bool option = rest.front().starts_with('-');
    const auto meant = nearest(rest.front(), option ? words_of(command, true) : commands);
    if (meant) message += "; did you mean " + *meant + "?";
  } else if (!commands.empty()) {
    message = "a command is missing:";
    for (const std::string& name : commands) message += (name == commands.front() ? " " : ", ") + name;
  }
  return message + " (see `" + full_name(command) + " --help`)";
}

void add_serve(CLI::App& app, surface::CommandLine& line) {
  CLI::App* serve = app.add_subcommand("serve", "The daemon: sends what is due, answers the API");
  surface::add_example(*serve, "latchkey serve --config /srv/latchkey/latchkey.toml");
  serve->callback([&line] { line.command = [&line] { return surface::serve(line.global); }; });
}

}  // namespace

App::App()
    : cli_("Gives customers access to their portal at the right moment, and proves what it did", "latchkey") {
  cli_.add_option("--config", line_.global.config, "the configuration")
      ->envname("LATCHKEY_CONFIG")
      ->type_name("FILE")
      ->capture_default_str();
  cli_.add_flag("--json", line_.global.json, "JSON on stdout, one document or one object a line");
  cli_.set_version_flag("--version", "latchkey " LATCHKEY_VERSION, "which Latchkey this is");
  cli_.require_subcommand(1);
  cli_.fallthrough();  // so that --config and --json may stand after the command, too
  cli_.footer(
      "Example: latchkey init /srv/latchkey\nExit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 bad "
      "input, 4 cannot reach or open something,\n75 another process holds the database, 78 a "
      "checkpoint outside the database disagrees with it.\n");
  surface::add_init_command(cli_, line_);
  add_serve(cli_, line_);
  surface::add_send_command(cli_, line_);
  surface::add_jobs_commands(cli_, line_);
  surface::add_batch_commands(cli_, line_);
  surface::add_schedule_commands(cli_, line_);
  surface::add_audit_commands(cli_, line_);
  surface::add_provider_commands(cli_, line_);
  surface::add_token_commands(cli_, line_);
  surface::add_key_command(cli_, line_);
  surface::add_backup_commands(cli_, line_);
  surface::add_doctor_command(cli_, line_);
  surface::add_webhook_commands(cli_, line_);
  surface::add_upkeep_commands(cli_, line_);
}

int App::run(int argc, char** argv) {
  try {
    cli_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version, which CLI11 treats as errors that went well.
    if (error.get_exit_code() == 0) return cli_.exit(error);
    line_.global.json =
        std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
    throw UsageError(usage_message(cli_, error));
  }
  return line_.command();
}

}  // namespace latchkey

#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "surface/global_options.h"

namespace latchkey::surface {

/// What the command line asks for. The families' add_… functions declare their commands on the CLI::App and
/// leave the chosen one in `command`; it is called when the whole line has been read, and returns the exit
/// code.
struct CommandLine {
  GlobalOptions global;
  std::function<int()> command;
};

/// Declares an option whose value is taken as it is, so that an empty text stays one and is not "absent", as
/// CLI11 has it for std::optional.
inline CLI::Option* add_text(CLI::App& app, const std::string& name, std::optional<std::string>& into,
                             const std::string& description) {
  return app.add_option_function<std::string>(
      name, [&into](const std::string& value) { into = value; }, description);
}

/// The end of a command's help.
inline void add_example(CLI::App& app, const std::string& example) {
  app.footer("Example: " + example + "\nEvery command takes --config FILE and --json.\n");
}

}  // namespace latchkey::surface

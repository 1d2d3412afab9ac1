#pragma once

#include <optional>
#include <string>

#include "surface/command_line.h"

namespace latchkey::surface {

/// `latchkey send`, as it stands on the command line.
struct SendOptions {
  std::optional<std::string> provider;   ///< first argument, or --provider with --file
  std::optional<std::string> recipient;  ///< second argument
  std::optional<std::string> file;       ///< "-" is stdin
  std::optional<std::string> request_id;
  std::optional<std::string> at;
  std::optional<std::string> lifetime;
  std::optional<std::string> hand_over;
  std::optional<std::string> deliver_to;
  bool wait = false;
  bool pace = false;
  bool skip_invalid = false;
};

/// `send PROVIDER RECIPIENT` and `send --file`.
void add_send_command(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

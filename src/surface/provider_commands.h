#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `provider list | pause | resume | check`.
void add_provider_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

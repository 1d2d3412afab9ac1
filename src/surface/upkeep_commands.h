#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `migrate` and `version`.
void add_upkeep_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

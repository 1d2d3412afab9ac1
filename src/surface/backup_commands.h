#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `backup` and `restore`.
void add_backup_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

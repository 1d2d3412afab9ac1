#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `schedule list | enable | disable`.
void add_schedule_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `batch preview | submit | list | show | pause | resume | cancel`.
void add_batch_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

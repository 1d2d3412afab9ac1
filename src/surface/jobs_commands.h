#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `jobs list | show | cancel | release | close | reprocess | prune`.
void add_jobs_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

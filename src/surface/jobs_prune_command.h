#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `jobs prune`.
void add_jobs_prune(CLI::App& jobs, CommandLine& line);

}  // namespace latchkey::surface

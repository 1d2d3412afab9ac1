#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `jobs cancel | release | close`: what a person decides about a job; the last two also about many.
void add_jobs_decisions(CLI::App& jobs, CommandLine& line);

}  // namespace latchkey::surface

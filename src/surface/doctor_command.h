#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// Declares `doctor`: looks at everything that can be wrong with an installation, and names the command that
/// mends it.
void add_doctor_command(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

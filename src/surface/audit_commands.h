#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit list | show`.
void add_audit_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

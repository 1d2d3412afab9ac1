#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit erase`.
void add_audit_erase(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

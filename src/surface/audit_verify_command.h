#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit verify`.
void add_audit_verify(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit summary`: how many attempts came to what, by local day and provider.
void add_audit_summary(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

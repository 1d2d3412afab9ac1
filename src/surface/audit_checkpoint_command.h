#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit checkpoint`: the signed note and nothing else.
void add_audit_checkpoint(CLI::App& audit, CommandLine& line);

/// `audit new-origin`: goes on from a restored database under a new name.
void add_audit_new_origin(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

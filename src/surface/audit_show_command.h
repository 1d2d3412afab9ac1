#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit show`: what happened to one request, whether or not its job has been pruned.
void add_audit_show(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

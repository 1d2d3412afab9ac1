#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `latchkey token add|list|revoke`: who may call the API.
void add_token_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

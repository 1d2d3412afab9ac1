#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `latchkey init [DIR]`: configuration, keys, database and the first API token. Throws InputError, changing
/// nothing, when anything that it would write is there already; Error when something cannot be written, and
/// then takes back what it has written.
void add_init_command(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// Declares `webhook list|retry|drop`: what endpoints are still to be told, and what is to become of it.
void add_webhook_commands(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

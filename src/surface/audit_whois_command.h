#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit whois-link`: reads a link from standard input and names the request that it was minted for. Exit 1:
/// it is none of ours.
void add_audit_whois(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

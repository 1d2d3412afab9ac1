#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit export`: the ledger, or what a question asks of it, in a format of others. Recorded as
/// audit.export, and with --reveal as audit.reveal, before anything is written.
void add_audit_export(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `audit prove REQUEST_ID [--out DIR]`: a folder that proves one request's entries to an outsider.
/// `audit prove --between OLD NEW`: that the ledger of one checkpoint begins with that of another.
void add_audit_prove(CLI::App& audit, CommandLine& line);

}  // namespace latchkey::surface

#pragma once

#include "surface/global_options.h"
#include "surface/send_command.h"

namespace latchkey::surface {

/// `send --file`: all rows of a file, or none when one is broken and --skip-invalid was not given. Returns 1
/// when a job went stale at once, else 0. Throws InputError with every broken row, or Error when the file
/// cannot be read.
int send_file(const GlobalOptions& global, const SendOptions& options);

}  // namespace latchkey::surface

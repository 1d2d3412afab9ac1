#pragma once

#include "surface/global_options.h"

namespace latchkey::surface {

/// `latchkey serve`: the daemon, in the foreground until SIGTERM or SIGINT. Returns 0 after a graceful stop.
/// Throws DaemonRunning when another one holds the database, InputError for a wrong configuration, Error when
/// something cannot be opened.
int serve(const GlobalOptions& options);

}  // namespace latchkey::surface

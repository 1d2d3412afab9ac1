#pragma once

#include "surface/command_line.h"

namespace latchkey::surface {

/// `key rotate fingerprint --reason TEXT`: links that are minted from the daemon's next SIGHUP on are
/// recognised by a new key, earlier ones still by those before it. Recorded as key.rotated.
/// `key new webhook FILE`: a file with a secret of its own for an endpoint of webhooks, or a further secret
/// before those in it, for an exchange during which all of them sign.
void add_key_command(CLI::App& app, CommandLine& line);

}  // namespace latchkey::surface

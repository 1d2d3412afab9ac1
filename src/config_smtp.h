#pragma once

#include "config.h"
#include "config_section.h"

namespace latchkey {

/// Reads [smtp] into `smtp`, which holds the defaults; every wrong value becomes an entry in the section's
/// list. Whether the templates and the password are usable is for whoever sends mail.
void read_smtp(ConfigSection section, SmtpConfig& smtp);

}  // namespace latchkey

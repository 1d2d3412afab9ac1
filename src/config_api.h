#pragma once

#include "config.h"
#include "config_section.h"

namespace latchkey {

/// Reads [api]. An address that is no loopback is wrong: docs/deploy has the nginx that serves others.
void read_api(ConfigSection section, ApiConfig& api);

}  // namespace latchkey

#pragma once

#include "config.h"
#include "engine/settings.h"

namespace latchkey::engine {

/// What the engine needs to know of a configuration; the same for the daemon and for every command.
Settings settings_of(const Config& config);

}  // namespace latchkey::engine

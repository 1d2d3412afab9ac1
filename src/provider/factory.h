#pragma once

#include <memory>

#include "base/clock.h"
#include "config.h"
#include "provider/provider.h"

namespace latchkey::provider {

/// The provider as it is configured; its key files are read here. Throws InputError or Error when they are
/// unusable. `clock` must outlive it.
std::unique_ptr<Provider> make_provider(job::Provider id, const Config& config, Clock& clock);

}  // namespace latchkey::provider

#pragma once

#include <vector>

#include "config.h"
#include "config_section.h"

namespace latchkey {

/// Reads the tables [[webhooks]] of `root`, at most 16; every wrong value becomes an entry in its list, an
/// endpoint without usable secrets too.
void read_webhooks(ConfigSection& root, std::vector<WebhookConfig>& webhooks);

}  // namespace latchkey

#pragma once

#include <string>

#include "base/secret.h"
#include "engine/context.h"
#include "store/anchors.h"

namespace latchkey::engine {

/// Goes on from a database that was restored to before a published checkpoint: appends a log.init with the
/// new origin, the old one, the hash of the last published checkpoint and the reason. What the ledger holds
/// stays its first entries. Throws InputError (wrong_state) when no anchor disagrees and none is lost, since
/// then nothing calls for it. `newest`: what the anchors hold.
void fork_ledger(Context& context, const std::vector<store::Anchored>& newest, const std::string& origin,
                 const std::string& reason);

}  // namespace latchkey::engine

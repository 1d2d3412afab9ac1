#pragma once

#include <cstdint>
#include <string>

#include "surface/store_session.h"

namespace latchkey::surface {

/// A published checkpoint of at least the ledger's present size: the running daemon's, waited for as long as
/// it needs to publish, or one that is signed and published now. Throws Error when the daemon publishes none
/// in time, AnchorMismatch when the anchors contradict the database. The session must not be read-only.
std::string covering_checkpoint(StoreSession& session);

/// One of at least the first `size` entries: the published one as it is, when it covers them, and then a
/// read-only session does; else as above.
std::string covering_checkpoint(StoreSession& session, std::int64_t size);

/// Checkpoints are signed under the ledger's own name: throws InputError where the configuration has another.
void require_origin(const Config& config, const std::string& origin);

}  // namespace latchkey::surface

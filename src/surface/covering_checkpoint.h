#pragma once

#include <string>

#include "surface/store_session.h"

namespace latchkey::surface {

/// A published checkpoint of at least the ledger's present size: the running daemon's, waited for as long as
/// it needs to publish, or one that is signed and published now. Throws Error when the daemon publishes none
/// in time, AnchorMismatch when the anchors contradict the database. The session must not be read-only.
std::string covering_checkpoint(StoreSession& session);

}  // namespace latchkey::surface

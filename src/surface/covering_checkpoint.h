#pragma once

#include <cstdint>
#include <string>

#include "surface/store_session.h"

namespace latchkey::surface {

/// The note of a checkpoint that covers at least the first `size` entries: the newest published one, for
/// which a running daemon is given some seconds, and without a daemon one that is signed now. Throws Error
/// when there is none to be had, or when the published one is not of this ledger.
std::string covering_checkpoint(StoreSession& session, std::int64_t size);

}  // namespace latchkey::surface

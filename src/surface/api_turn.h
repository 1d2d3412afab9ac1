#pragma once

#include <functional>

#include "base/clock.h"
#include "engine/inbox.h"
#include "surface/api.h"

namespace latchkey::surface {

/// How long a caller who writes waits for the turn, unless the route says otherwise.
constexpr Millis kTurnPatience{10'000};

/// Has `work` done in the engine's transaction, in the caller's name, and returns when what it wrote is
/// durable; a single-use token is used up with it. `committed` is called after the commit, before this
/// returns. Both run on the engine's thread, `work` perhaps more than once, and may outlive this call: what
/// they hold must be theirs. Throws what `work` throws, unauthorized for a token that is used up, and
/// try_later when the turn did not begin with it in time: then it is not done later either.
void in_turn(engine::Inbox& inbox, const ApiCaller& caller, Millis patience,
             std::function<void(engine::Context&)> work, std::function<void()> committed = {});

}  // namespace latchkey::surface

#pragma once

#include <optional>

#include "base/clock.h"
#include "base/random.h"

namespace latchkey::handover {

/// The longest wait that an endpoint can ask for; more is cut to it.
inline constexpr Millis kAskedWaitMax = std::chrono::hours(12);

/// How long to wait before a message is tried again, after so many tries (1 or more) that came to nothing.
/// 5 s, 5 min, 30 min, 2 h, 4 h, then every 6 h, each up to a fifth longer or shorter by chance, so that what
/// has failed together does not come again together (the example of the Standard Webhooks, which spreads ten
/// tries over three days, pressed into one). `asked`: the endpoint's Retry-After, before which it is not
/// tried; a shorter one than planned shortens nothing, or an endpoint that always says "1" would be asked
/// once a second. nullopt, the end of it: a day has passed since the first try and there were at least six
/// (after an outage of ours the first one comes late), or there were ten, which take a day at least.
std::optional<Millis> webhook_wait(int tries, Millis since_first, std::optional<Millis> asked,
                                   Random& random);

}  // namespace latchkey::handover

#pragma once

#include "sandbox/call.h"
#include "sandbox/state.h"

namespace latchkey::sandbox {

/// POST /oauth/token: HTTP Basic, `grant_type=client_credentials` as a form or as JSON. `scope` may ask for
/// "read:*" alone. Token fetches are not rate limited here; faults can be ordered for them.
Answer token_answer(const Call& call, State& state);

}  // namespace latchkey::sandbox

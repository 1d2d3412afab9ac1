#pragma once

#include <string>

#include "job/submission.h"
#include "surface/store_session.h"

namespace latchkey::surface {

/// `send nomos … --wait`: asks the running daemon for a link and waits for it; prints the link, or with
/// `json`
/// `{requestId, state, dueAt, expiresAt, seq, created, link}`. `draft` is what the user gave, has passed
/// check_draft and says handover "reply"; `api` is the daemon's "HOST:PORT" (StoreSession::daemon_api).
/// Returns 0 when the link was printed, 1 when the job ended without one. Throws InputError for what the
/// daemon rejects, Error when it cannot be reached; nothing is stored then.
int wait_for_link(StoreSession& session, const job::Draft& draft, const std::string& api, bool json);

}  // namespace latchkey::surface

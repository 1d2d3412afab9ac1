#pragma once

#include <string>

#include "base/json.h"
#include "surface/store_session.h"

namespace latchkey::surface {

/// What will happen to a job that was just looked at, as one sentence with its full stop: when it is sent,
/// what it waits for, or what became of it.
std::string outlook(StoreSession& session, const job::Job& job);

/// The same for a provider's jobs at large: why nothing of it is sent right now. Empty when nothing is in the
/// way.
std::string obstacle(StoreSession& session, job::Provider provider);

/// `{requestId, state, dueAt, expiresAt, seq, created}`, in this order.
OrderedJson sent_json(const std::string& request_id, job::State state, TimePoint due_at, TimePoint expires_at,
                      std::int64_t seq, bool created);

}  // namespace latchkey::surface

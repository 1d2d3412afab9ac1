#pragma once

#include <string>

#include "engine/context.h"

namespace latchkey::engine {

/// What a person does to jobs and providers, each with its ledger entry. All throw InputError and change
/// nothing when it cannot be done: not_found, wrong_state (the message says what can be done instead),
/// invalid_request (a reason that may not stand in the ledger).

/// A queued job is cancelled; a running one forbids further attempts. `reason` may be empty.
job::Job cancel(Context& context, const std::string& request_id, const std::string& reason);

/// A held job goes back to the queue, only while it is fresh.
job::Job release(Context& context, const std::string& request_id, const std::string& reason);

/// A held job ends as sent (done) or not sent (failed), as the person found out.
job::Job close(Context& context, const std::string& request_id, bool sent, const std::string& reason);

/// No call goes to the provider until it is resumed. An automatic pause becomes the person's.
void pause(Context& context, job::Provider provider, const std::string& reason);
/// The engine itself pauses: every other job would fail the same way. Does nothing when it is paused already.
void pause_automatically(Context& context, job::Provider provider, job::Code code);
/// False when it was not paused.
bool resume(Context& context, job::Provider provider, const std::string& reason);

}  // namespace latchkey::engine

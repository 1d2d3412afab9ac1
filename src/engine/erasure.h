#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/context.h"

namespace latchkey::engine {

/// What erasing a person has come to.
struct Erasure {
  int cancelled = 0;                  ///< queued jobs, by this step
  std::optional<job::Job> under_way;  ///< a call or hand-over that has to end first; nothing is erased yet
};

/// Forgets a person, who may be several subjects: one at each provider. One step, in one transaction: cancels
/// their queued jobs, forbids the running ones further attempts, and when none is running deletes the
/// subjects and writes subject.erased for each. While one is, wait and call it again. With `suppress`, later
/// requests for these recipients are rejected. Throws InputError and changes nothing: invalid_request (the
/// reason), wrong_state (a job is held, and only a person knows whether the mail has gone out).
Erasure erase(Context& context, const std::vector<store::Subject>& subjects, const std::string& reason,
              bool suppress);

/// Later requests for this recipient are rejected (`suppressed`).
void suppress(Context& context, job::Provider provider, const std::string& recipient);

/// Deletes the subject, whose jobs have all ended, and writes subject.erased.
void forget(Context& context, const store::Subject& subject, const std::string& reason,
            std::optional<job::Code> code);

}  // namespace latchkey::engine

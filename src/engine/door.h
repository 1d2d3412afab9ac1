#pragma once

#include <optional>
#include <string>

#include "engine/context.h"
#include "job/job.h"
#include "job/submission.h"

namespace latchkey::engine {

/// What the door grants to a submission that it lets in.
struct Admittance {
  std::optional<job::Job> existing;  ///< the same request was there already; the rest is empty then
  TimePoint due_at;                  ///< later than asked for where the submission lets itself be paced
  Millis lifetime{0};
};

/// Whether jobs like this one are taken at all. Throws InputError provider_off or no_handover, which hold for
/// every submission to that provider alike.
void require_offered(const Context& context, const job::Submission& submission);

/// Whether this recipient, in its normalised form, was erased and is not to be written to again.
bool suppressed(store::Store& store, const Settings& settings, job::Provider provider,
                const std::string& recipient);

/// Whether this submission may become a job. Reads and writes nothing, so that a whole file can be asked
/// about first; the forecasts count what is let in. Throws InputError: what require_offered throws, conflict,
/// request_id_used, suppressed, cannot_be_fresh.
Admittance admit_at_door(Context& context, const job::Submission& submission);

}  // namespace latchkey::engine

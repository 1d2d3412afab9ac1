#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "job/job.h"

namespace latchkey::handover {

/// What endpoints of webhooks can be told of.
enum class EventType { JobDone, JobFailed, JobStale, JobHeld, JobCancelled, BatchFinished };

/// The event of a job that has come to this state; nullopt: nobody is told.
std::optional<EventType> event_of(job::State state);

/// The body.
std::string event_body(EventType type, const job::Job& job, TimePoint at);

}  // namespace latchkey::handover

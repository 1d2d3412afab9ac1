#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "job/event_type.h"
#include "job/job.h"

namespace latchkey::handover {

using EventType = job::EventType;

/// The event of a job that has come to this state; nullopt: nobody is told.
std::optional<EventType> event_of(job::State state);

/// What endpoints are told of a job: JSON on one line, as the Standard Webhooks recommend it (type,
/// timestamp, data), with what an endpoint needs to know which job it is and what became of it. Thin: neither
/// recipient nor link, of which a Job has none. `at`: the time of the entry that moved the job, which is its
/// last. Members may be added; one that is there keeps its name and meaning (docs/webhooks.md).
std::string event_body(EventType type, const job::Job& job, TimePoint at);

/// What endpoints are told of a batch that has come to its end.
struct BatchEnd {
  std::string batch;
  std::string definition;
  std::string nominal;
  std::string state;  ///< "finished" or "cancelled"
  std::vector<std::pair<job::State, std::int64_t>> counts;
};
std::string batch_event_body(const BatchEnd& end, TimePoint at);

}  // namespace latchkey::handover

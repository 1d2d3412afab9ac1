#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace latchkey::job {

/// What endpoints of webhooks can be told of.
enum class EventType { JobDone, JobFailed, JobStale, JobHeld, JobCancelled, BatchFinished };
inline constexpr std::array kEventTypes{EventType::JobDone,      EventType::JobFailed,
                                        EventType::JobStale,     EventType::JobHeld,
                                        EventType::JobCancelled, EventType::BatchFinished};

/// The one spelling of each, in JSON, TOML and docs: "job.done".
std::string_view name(EventType value);
/// What a spelling stands for; nullopt for any other text.
std::optional<EventType> event_type_named(std::string_view text);

}  // namespace latchkey::job

#include "job/event_type.h"

#include <algorithm>

namespace latchkey::job {
namespace {

// In the order of the enum; a unit test walks it.
constexpr std::array<std::string_view, kEventTypes.size()> kEventTypeNames{
    "job.done", "job.failed", "job.stale", "job.held", "job.cancelled", "batch.finished"};

}  // namespace

std::string_view name(EventType value) {
  return kEventTypeNames.at(static_cast<std::size_t>(value));
}

std::optional<EventType> event_type_named(std::string_view text) {
  const auto at = std::find(kEventTypeNames.begin(), kEventTypeNames.end(), text);
  if (at == kEventTypeNames.end()) return std::nullopt;
  return static_cast<EventType>(at - kEventTypeNames.begin());
}

}  // namespace latchkey::job

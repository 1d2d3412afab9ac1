#pragma once

#include <optional>

#include "config_section.h"
#include "job/definition.h"

namespace latchkey {

/// [schedule] of a definition, and its `zone`. `lifetime` is the definition's, if it has one. A section that
/// is absent or wrong leaves nothing; what is wrong is added to its errors.
std::optional<job::DefinitionSchedule> read_schedule(ConfigSection section, std::optional<Millis> lifetime,
                                                     std::optional<TimeZone>& zone);

/// [window]. Where it names no timezone, it has the schedule's; `has_schedules` says whether that names one,
/// right or wrong.
std::optional<job::SendWindow> read_window(ConfigSection section, bool has_schedules,
                                           std::optional<TimeZone> schedules);

}  // namespace latchkey

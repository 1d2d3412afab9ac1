#pragma once

#include <filesystem>

#include "surface/global_options.h"

namespace latchkey::surface {

/// `schedule enable FILE`: shows what the next run would come to, then arms exactly this file.
int enable_one_schedule(const GlobalOptions& global, const std::filesystem::path& file);

}  // namespace latchkey::surface

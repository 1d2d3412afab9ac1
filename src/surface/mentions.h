#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config.h"

namespace latchkey::surface {

/// The files of the project in which people may have put one of these recipients, and still have: those in
/// jobs/, and those beside the configuration. Whole recipients, in either case. What cannot be read is left
/// out.
std::vector<std::filesystem::path> files_that_mention(const Config& config,
                                                      const std::vector<std::string>& recipients);

/// The databases that restores have moved aside.
std::vector<std::filesystem::path> databases_kept_aside(const Config& config);

}  // namespace latchkey::surface

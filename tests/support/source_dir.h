#pragma once

#include <filesystem>

namespace latchkey::test {

/// Where the repository lies.
std::filesystem::path source_dir();

}  // namespace latchkey::test

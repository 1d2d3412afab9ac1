#pragma once

#include <filesystem>

namespace latchkey::surface {

/// What every command understands.
struct GlobalOptions {
  std::filesystem::path config = "latchkey.toml";  ///< --config, or LATCHKEY_CONFIG
  bool json = false;                               ///< --json: programs read stdout
};

}  // namespace latchkey::surface

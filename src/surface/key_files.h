#pragma once

#include <filesystem>
#include <string>

#include "base/secret.h"

namespace latchkey::surface {

/// A key of 32 bytes, kept in hex. Throws InputError naming the setting `field` when the file holds something
/// else or is open to others, Error when it cannot be read.
Secret read_key(const std::filesystem::path& path, const std::string& field);

}  // namespace latchkey::surface

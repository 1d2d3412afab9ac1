#pragma once

#include <string_view>

namespace latchkey::surface {

/// docs/openapi.json, byte for byte, as the program carries it in itself.
std::string_view openapi_document();

}  // namespace latchkey::surface

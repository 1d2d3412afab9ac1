#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace latchkey {

/// Where `value` breaks `schema`, as "path: what"; empty when it fits. Understands the part of OpenAPI 3.0's
/// schemas that the vendors' pages use: type (object, array, string, integer, boolean), required, properties,
/// items, enum, format uri. Members that no property names are allowed. Another keyword, type or format is
/// reported too, so that nothing passes because it was not looked at.
std::vector<std::string> schema_violations(const Json& schema, const Json& value,
                                           const std::string& path = "$");

}  // namespace latchkey

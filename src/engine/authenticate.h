#pragma once

#include <string_view>

#include "engine/context.h"

namespace latchkey::engine {

/// Finds out who presents `token` and sets the context's actor. A single-use token is used up with the
/// transaction. Throws InputError: unauthorized for anything but a token that holds now, forbidden when it
/// lacks `scope`, which `admin` includes whatever it is.
void authenticate(Context& context, std::string_view token, std::string_view scope);

}  // namespace latchkey::engine

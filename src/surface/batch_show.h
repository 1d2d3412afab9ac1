#pragma once

#include <string>

#include "surface/global_options.h"

namespace latchkey::surface {

/// `batch show`: what was planned beside what happened; with `follow`, how it comes along before that.
int show_batch(const GlobalOptions& global, const std::string& id, bool follow);

}  // namespace latchkey::surface

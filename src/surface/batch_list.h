#pragma once

#include <optional>
#include <string>

#include "surface/global_options.h"

namespace latchkey::surface {

/// Which batches `batch list` shows.
struct BatchQuestion {
  std::optional<std::string> definition;
  std::optional<std::string> limit;
  bool newest = false;
};

/// `batch list`: oldest first.
int list_batches(const GlobalOptions& global, const BatchQuestion& question);

}  // namespace latchkey::surface

#pragma once

#include <vector>

#include "base/error.h"

namespace latchkey::surface {

/// Runs `parse` and takes what it rejects into `errors`, so that all that is wrong is told at once.
template <typename Parse>
void collect_errors(std::vector<FieldError>& errors, Parse parse) {
  try {
    parse();
  } catch (const InputError& error) {
    errors.insert(errors.end(), error.errors().begin(), error.errors().end());
  }
}

}  // namespace latchkey::surface

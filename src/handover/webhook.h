#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace latchkey::handover {

/// What became of one try.
struct PostResult {
  bool delivered = false;
  bool gone = false;
  std::optional<Millis> wait;
  int http = 0;
  std::string error;
  Millis took{0};
};

}  // namespace latchkey::handover

#pragma once

#include <stdexcept>
#include <string>

#include "base/clock.h"

namespace latchkey::test {

/// A point of a simulated life.
struct Moment {
  Instant now;
  Millis elapsed{0};  ///< time that has really passed, whatever anybody set a clock to
};

/// A guarantee does not hold.
[[noreturn]] inline void broken(const std::string& what, const std::string& request_id = {}) {
  throw std::logic_error(what + (request_id.empty() ? "" : " (requestId " + request_id + ")"));
}

}  // namespace latchkey::test

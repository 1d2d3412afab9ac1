#pragma once

#include <string>

#include "provider/provider.h"

namespace latchkey {

/// What an attempt came to in one line, for comparing: "rejected unauthorized pause", "throttled rate_limited
/// wait=30000", "accepted".
inline std::string text_of(const provider::Result& result) {
  std::string text(job::name(result.outcome));
  if (result.code) text.append(" ").append(job::name(*result.code));
  if (result.pause) text += " pause";
  if (result.wait) text += " wait=" + std::to_string(result.wait->count());
  return text;
}

}  // namespace latchkey

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace latchkey::ledger {

/// One line of the log in the anchors folder: `TIME WHY ORIGIN SIZE ROOT SIGNATURE`, all without spaces.
struct AnchorLine {
  TimePoint t;
  std::string why;   ///< start, stop, minute, day, demand, origin
  std::string note;  ///< the checkpoint
};

/// Without a newline. The note must be a well-formed one.
std::string format_anchor_line(const AnchorLine& line);
/// nullopt when it has another form; the signature is not looked at.
std::optional<AnchorLine> parse_anchor_line(std::string_view text);

}  // namespace latchkey::ledger

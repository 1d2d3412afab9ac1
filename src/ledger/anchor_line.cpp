#include "ledger/anchor_line.h"

#include "base/time_text.h"
#include "ledger/checkpoint.h"

namespace latchkey::ledger {

std::string format_anchor_line(const AnchorLine& line) {
  return format_utc(line.t) + " " + line.why + " " + one_line(line.note);
}

std::optional<AnchorLine> parse_anchor_line(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto t = parse_rfc3339(std::string(text.substr(0, first)));
  auto note = note_of_line(text.substr(second + 1));
  if (!t || !note || !claimed_checkpoint(*note)) return std::nullopt;
  return AnchorLine{*t, std::string(text.substr(first + 1, second - first - 1)), std::move(*note)};
}

}  // namespace latchkey::ledger

#include "store/batch.h"

#include <algorithm>
#include <array>

namespace latchkey::store {
namespace {

constexpr std::array<std::string_view, 6> kBatchStates{"submitting", "open",     "paused",
                                                       "cancelled",  "finished", "abandoned"};
constexpr std::array<std::string_view, 4> kOccurrenceStates{"submitting", "submitted", "missed", "skipped"};

template <typename Enum, std::size_t N>
std::optional<Enum> state_named(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto at = std::find(names.begin(), names.end(), text);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

}  // namespace

std::string_view name(BatchState state) {
  return kBatchStates.at(static_cast<std::size_t>(state));
}
std::optional<BatchState> batch_state_named(std::string_view text) {
  return state_named<BatchState>(kBatchStates, text);
}
std::string_view name(OccurrenceState state) {
  return kOccurrenceStates.at(static_cast<std::size_t>(state));
}
std::optional<OccurrenceState> occurrence_state_named(std::string_view text) {
  return state_named<OccurrenceState>(kOccurrenceStates, text);
}

}  // namespace latchkey::store

#include "ledger/entry_type.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace latchkey::ledger {
namespace {

constexpr std::array<std::string_view, 42> kNames{
    "log.init", "log.restored", "daemon.start", "daemon.stop", "job.accepted", "job.refused",
    "job.cancelled", "job.held", "job.released", "job.closed", "job.failed", "job.reprocessed",
    "attempt.intent", "attempt.result", "attempt.late", "handover.intent", "handover.result",
    "link.claimed", "link.expired", "batch.submitted", "batch.paused", "batch.resumed", "batch.cancelled",
    "batch.finished", "occurrence.missed", "occurrence.skipped", "recipient.skipped", "schedule.enabled",
    "schedule.disabled", "provider.paused", "provider.resumed", "subject.erased", "jobs.pruned",
    "audit.export", "audit.reveal", "token.created", "token.revoked", "key.rotated", "config.changed",
    "clock.jump", "auth.denied", "checkpoint.daily"};

// A hash under which no two of the names fall on one place, found by trying. Of three letters and more.
constexpr std::size_t place_of_name(std::string_view text) {
  const auto letter = [&](std::size_t at) { return static_cast<std::size_t>(text[at]); };
  const std::size_t size = text.size();
  return (1 * size + letter(0) + 5 * letter(size / 2) + 58 * letter(size - 3)) % 128;
}

constexpr std::array<std::uint8_t, 128> kNameAt = [] {
  std::array<std::uint8_t, 128> places{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    places[place_of_name(kNames[i])] = static_cast<std::uint8_t>(i);
  }
  return places;
}();

constexpr bool all_names_found() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNameAt[place_of_name(kNames[i])] != i) return false;
  }
  return true;
}
static_assert(all_names_found(), "two names fall on one place: try other factors in place_of_name()");

}  // namespace

std::string_view name(EntryType type) {
  return kNames.at(static_cast<std::size_t>(type));
}

std::optional<EntryType> entry_type_named(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  // Every entry that is read asks: comparing with all names in turn would take longer than reading it.
  const std::size_t at = kNameAt[place_of_name(text)];
  if (kNames[at] != text) return std::nullopt;
  return static_cast<EntryType>(at);
}

}  // namespace latchkey::ledger

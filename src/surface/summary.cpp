#include "surface/summary.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/time_text.h"
#include "ledger/entry_type.h"
#include "ledger/member.h"

namespace latchkey::surface {
namespace {

using ledger::EntryType;

constexpr std::size_t kDayLength = 10;     // of format_local: "2026-01-02 10:04:05 WIB"
constexpr std::size_t kZoneStart = 20;     // the same
constexpr std::size_t kMinuteLength = 16;  // of an entry's time: "2026-01-02T03:04:05.000Z"

// Which count an entry belongs to.
std::optional<std::size_t> counted_as(std::string_view bytes) {
  const auto type = ledger::text_member(bytes, "type");
  if (type == name(EntryType::AttemptResult)) {
    const auto outcome = job::outcome_named(ledger::text_member(bytes, "outcome").value_or(""));
    return outcome ? std::optional(static_cast<std::size_t>(*outcome)) : std::nullopt;
  }
  if (type == name(EntryType::JobRefused)) return kOutcomes;
  if (type == name(EntryType::JobFailed)) return kOutcomes + 1;
  if (type == name(EntryType::JobHeld)) return kOutcomes + 2;
  return std::nullopt;
}

}  // namespace

std::int64_t Tally::attempts() const {
  return std::accumulate(counts.begin(), counts.begin() + kOutcomes, std::int64_t{0});
}

void Tally::add(const Tally& other) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
}

void Summary::add(std::string_view bytes) {
  const auto counted = counted_as(bytes);
  if (!counted) return;
  const auto provider = job::provider_named(ledger::text_member(bytes, "provider").value_or(""));
  const auto time = ledger::text_member(bytes, "t");
  if (!provider || !time)
    throw Error("a ledger entry names no provider or time: see `latchkey audit verify`");
  ++tallies_[{day_of(*time), *provider}].counts[*counted];
}

std::string Summary::day_of(std::string_view time) {
  if (time.substr(0, kMinuteLength) == minute_) return day_;
  const auto parsed = parse_rfc3339(time);
  if (!parsed) throw Error("a ledger entry has no readable time: see `latchkey audit verify`");
  const std::string local = format_local(*parsed);
  zones_.insert(local.substr(std::min(kZoneStart, local.size())));
  minute_ = time.substr(0, kMinuteLength);
  return day_ = local.substr(0, kDayLength);
}

std::string Summary::zone() const {
  std::string zones;
  for (const std::string& zone : zones_) zones += (zones.empty() ? "" : "/") + zone;
  return zones;
}

}  // namespace latchkey::surface

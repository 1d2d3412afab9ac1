#include "handover/webhook_backoff.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace latchkey::handover {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis kDay = hours(24);
constexpr std::array<Millis, 6> kWaits{seconds(5), minutes(5), minutes(30), hours(2), hours(4), hours(6)};
constexpr int kTriesLeast = static_cast<int>(kWaits.size());
constexpr int kTriesMost = 30;  // far beyond a day: lost leases count as tries too

/// Uniform in [0, most].
Millis drawn(Millis most, Random& random) {
  return Millis(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

}  // namespace

std::optional<Millis> webhook_wait(int tries, Millis since_first, std::optional<Millis> asked,
                                   Random& random) {
  LATCHKEY_CHECK(tries > 0);
  if (tries >= kTriesMost || (tries >= kTriesLeast && since_first >= kDay)) return std::nullopt;
  const Millis planned = kWaits.at(std::min(static_cast<std::size_t>(tries), kWaits.size()) - 1);
  const Millis around = planned - planned / 5 + drawn(planned / 5 * 2, random);
  if (!asked || *asked <= around) return around;
  // Only ever later, since it was asked not to be earlier.
  const Millis wanted = std::min(*asked, kAskedWaitMax);
  return std::max(around, wanted + drawn(wanted / 5, random));
}

}  // namespace latchkey::handover

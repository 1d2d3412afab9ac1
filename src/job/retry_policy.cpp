#include "job/retry_policy.h"

#include <algorithm>

namespace latchkey::job {
namespace {

constexpr Millis kLeast{250};

}  // namespace

Millis retry_wait(const RetryPolicy& policy, int tries, Random& random) {
  const int doublings = std::clamp(tries - 1, 0, 30);
  const Millis bound = std::min(policy.most, policy.first * (std::int64_t{1} << doublings));
  const auto drawn = random.below(static_cast<std::uint64_t>(bound.count()) + 1);
  return std::max(std::min(kLeast, policy.most), Millis(static_cast<std::int64_t>(drawn)));
}

bool counts_as_try(Outcome outcome, Code code) {
  if (outcome == Outcome::Throttled) return false;
  switch (code) {
    case Code::ExpiredBeforeSend:
    case Code::Shutdown:
    case Code::Unauthorized:
    case Code::Forbidden:
    case Code::PaymentRequired:
    case Code::BadCredentials:
      return false;
    default:
      return true;
  }
}

}  // namespace latchkey::job

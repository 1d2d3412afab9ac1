#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "job/names.h"

namespace latchkey::job {

/// How often and how far apart an attempt is repeated.
struct RetryPolicy {
  int attempts = 5;     ///< tries at most, the first one included
  Millis first{5000};   ///< upper bound of the first wait
  Millis most{120000};  ///< no wait is longer
};

/// The wait before the next try after `tries` counted ones: uniform in [0, min(most, first * 2^(tries-1))],
/// never below 250 ms unless `most` is ("full jitter", AWS Architecture Blog, Exponential Backoff And
/// Jitter).
Millis retry_wait(const RetryPolicy& policy, int tries, Random& random);

/// Whether this end of an attempt counts towards `attempts`. Waiting for a limit, running out of time, our
/// own stop, and what is the provider's or the credentials' fault rather than the job's do not.
bool counts_as_try(Outcome outcome, Code code);

}  // namespace latchkey::job

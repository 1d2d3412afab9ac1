#include "job/definition.h"

#include <algorithm>

namespace latchkey::job {

RetryPolicy DefinitionRetry::over(const RetryPolicy& configured) const {
  RetryPolicy policy;
  policy.attempts = attempts.value_or(configured.attempts);
  policy.first = first.value_or(configured.first);
  policy.most = most.value_or(std::max(configured.most, policy.first));
  return policy;
}

}  // namespace latchkey::job

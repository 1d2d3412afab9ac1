#include "simulation/denial_checker.h"

namespace latchkey::test {

void DenialChecker::entry(const ledger::Entry& entry, Millis elapsed) {
  const std::string token = entry.token.value_or("");
  Count& count = of(token);
  if (entry.count.value_or(0) < 1) broken("an auth.denied entry counts nobody");
  count.written += *entry.count;
  if (count.written > count.denied) broken("more callers were written as denied than were");
  early_ = early_ || (count.last && elapsed - *count.last < std::chrono::minutes(1));
  count.last = elapsed;
}

void DenialChecker::stopped() {
  early_ = false;
  finished();
}

void DenialChecker::looked() const {
  if (early_) broken("two entries of denied callers within a minute");
}

void DenialChecker::process_ended() {
  for (auto& [token, count] : counts_) {
    count.denied = count.written;
    count.last.reset();
  }
}

void DenialChecker::finished() const {
  for (const auto& [token, count] : counts_) {
    if (count.written != count.denied) broken("denied callers were not written");
  }
}

}  // namespace latchkey::test

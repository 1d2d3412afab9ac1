#include "ledger/origins.h"

#include <algorithm>
#include <utility>

namespace latchkey::ledger {

void Origins::named(const Facts& entry, std::int64_t seq) {
  const bool known_before = find(entry.origin) != nullptr;
  if (entry.origin.empty() || known_before) {
    return findings_.add("E_ORIGIN", seq, "", "this log.init does not give the ledger a new name");
  }
  if (reigns_.empty() != (seq == 0)) {
    findings_.add("E_ORIGIN", seq, "", "the ledger's first log.init is not its entry 0");
  }
  if (!reigns_.empty()) {
    if (entry.old_origin != reigns_.back().origin) {
      findings_.add("E_ORIGIN", seq, "", "oldOrigin is not what the ledger was called before");
    }
    reigns_.back().to = std::min(seq, std::exchange(restored_, std::nullopt).value_or(seq));
  }
  reigns_.push_back({std::string(entry.origin), seq, std::nullopt});
}

const Origins::Reign* Origins::find(std::string_view origin) const {
  const auto at = std::find_if(reigns_.begin(), reigns_.end(),
                               [&](const Reign& reign) { return reign.origin == origin; });
  return at == reigns_.end() ? nullptr : &*at;
}

}  // namespace latchkey::ledger

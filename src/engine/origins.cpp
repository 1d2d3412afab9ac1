#include "engine/origins.h"

namespace latchkey::engine {

std::vector<Origin> origins_of(store::Store& store) {
  std::vector<Origin> origins;
  store::EntryFilter filter;
  filter.type = ledger::EntryType::LogInit;
  store.each_entry(filter, [&](const std::string& bytes) {
    const ledger::Entry entry = ledger::decode(bytes);
    origins.push_back({entry.origin.value_or(""), entry.seq});
    return true;
  });
  if (origins.empty() || origins.front().since != 0) {
    throw Error("the ledger does not begin with log.init: see `latchkey audit verify`");
  }
  return origins;
}

}  // namespace latchkey::engine

#include "engine/origins.h"

#include <algorithm>

namespace latchkey::engine {

namespace {

std::vector<ledger::Entry> entries_of_type(store::Store& store, ledger::EntryType type) {
  std::vector<ledger::Entry> entries;
  store::EntryFilter filter;
  filter.type = type;
  store.each_entry(filter, [&](const std::string& bytes) {
    entries.push_back(ledger::decode(bytes));
    return true;
  });
  return entries;
}

}  // namespace

std::vector<Origin> origins_of(store::Store& store) {
  std::vector<Origin> origins;
  for (const ledger::Entry& named : entries_of_type(store, ledger::EntryType::LogInit)) {
    if (!origins.empty()) origins.back().to = named.seq;
    origins.push_back({named.origin.value_or(""), named.seq, std::nullopt});
  }
  // The last restore before a fork is what called for it.
  for (const ledger::Entry& restored : entries_of_type(store, ledger::EntryType::LogRestored)) {
    for (std::size_t i = 0; i + 1 < origins.size(); ++i) {
      const bool in_reign = restored.seq > origins[i].since && restored.seq < origins[i + 1].since;
      if (in_reign) origins[i].to = std::min(restored.seq, restored.size.value_or(restored.seq));
    }
  }
  if (origins.empty() || origins.front().since != 0) {
    throw Error("the ledger does not begin with log.init: see `latchkey audit verify`");
  }
  return origins;
}

}  // namespace latchkey::engine

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/keyed_hash.h"
#include "ledger/facts.h"
#include "ledger/finding.h"
#include "ledger/rows.h"

namespace latchkey::ledger {

/// The database's indexes over the entries: what questions find rare entries by.
enum class EntryIndex { ProviderRequestId, LinkFp, Type, Code, Outcome };
inline constexpr std::array kEntryIndexes{EntryIndex::ProviderRequestId, EntryIndex::LinkFp, EntryIndex::Type,
                                          EntryIndex::Code, EntryIndex::Outcome};
/// The index's name in the database.
std::string_view name(EntryIndex index);

/// Holds each index against the entries' bytes: an index that leaves out a row hides that entry from
/// questions. Keeps a count and a sum of hashes of each, so it knows that an index is wrong, not which row.
class EntryIndexes {
 public:
  /// With a key that nobody knows: of a sum of plain hashes, rows could be made up that give it again.
  EntryIndexes(Findings& findings, const KeyedHash& hash) : findings_(findings), hash_(hash) {}

  /// An entry that could be read.
  void entry(const Facts& facts, std::int64_t seq);
  /// A row of an index, in the order in which it lies there.
  void row(EntryIndex index, const IndexRow& row);
  /// All entries have been read, and all rows of this index.
  void finish(EntryIndex index);

 private:
  struct Sum {
    std::int64_t count = 0;
    KeyedHash::Value hashes{};
    bool operator==(const Sum&) const = default;
  };
  struct State {
    Sum entries;
    Sum rows;
    bool in_order = true;
    std::string key;  // of the row before
    std::int64_t seq = -1;
  };
  State& state(EntryIndex index) { return states_[static_cast<std::size_t>(index)]; }
  void add(Sum& sum, std::string_view key, std::int64_t seq) const;

  Findings& findings_;
  KeyedHash hash_;
  std::array<State, kEntryIndexes.size()> states_;
};

}  // namespace latchkey::ledger

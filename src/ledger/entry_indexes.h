#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/keyed_hash.h"
#include "ledger/entry.h"
#include "ledger/facts.h"
#include "ledger/finding.h"
#include "ledger/rows.h"

namespace latchkey::ledger {

/// The database's indexes over the entries: what questions find rare entries by. Each has a row for an entry
/// with a value that not every job writes.
enum class EntryIndex { Code, LinkFp, Outcome, ProviderRequestId, Type };
inline constexpr std::array kEntryIndexes{EntryIndex::Code, EntryIndex::LinkFp, EntryIndex::Outcome,
                                          EntryIndex::ProviderRequestId, EntryIndex::Type};
/// The member of an entry that the index is by.
std::string_view name(EntryIndex index);

/// Whether every job writes entries of this type, so that the index by type leaves them out.
bool is_of_every_job(EntryType type);

/// Calls `row(EntryIndex, std::string_view value)` for each index that has a row for the entry.
template <typename Row>
void each_index_row(const Entry& entry, Row row) {
  if (entry.code) row(EntryIndex::Code, job::name(*entry.code));
  if (entry.link_fp) row(EntryIndex::LinkFp, std::string_view(*entry.link_fp));
  if (entry.outcome && *entry.outcome != job::Outcome::Accepted)
    row(EntryIndex::Outcome, job::name(*entry.outcome));
  if (entry.provider_request_id)
    row(EntryIndex::ProviderRequestId, std::string_view(*entry.provider_request_id));
  if (!is_of_every_job(entry.type)) row(EntryIndex::Type, name(entry.type));
}

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

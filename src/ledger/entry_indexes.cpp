#include "ledger/entry_indexes.h"

#include <algorithm>
#include <tuple>

namespace latchkey::ledger {
namespace {

// The types that ledger_by_type leaves out.
bool is_every_jobs(std::string_view type) {
  constexpr std::array<std::string_view, 6> kTypes{"job.accepted",    "attempt.intent",  "attempt.result",
                                                   "handover.intent", "handover.result", "link.claimed"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

}  // namespace

std::string_view name(EntryIndex index) {
  constexpr std::array<std::string_view, kEntryIndexes.size()> kNames{"ledger_by_provider_request_id",
                                                                      "ledger_by_link_fp", "ledger_by_type",
                                                                      "ledger_by_code", "ledger_by_outcome"};
  return kNames.at(static_cast<std::size_t>(index));
}

void EntryIndexes::add(Sum& sum, std::string_view key, std::int64_t seq) const {
  const KeyedHash::Value hash = hash_.of(static_cast<std::uint64_t>(seq), key);
  ++sum.count;
  for (std::size_t i = 0; i < hash.size(); ++i) sum.hashes[i] += hash[i];
}

// The conditions of migration 0005. None of these members has an escape: ids, digits and words of lists.
void EntryIndexes::entry(const Facts& facts, std::int64_t seq) {
  const auto with = [&](EntryIndex index, std::string_view key) { add(state(index).entries, key, seq); };
  if (facts.provider_request_id.data() != nullptr)
    with(EntryIndex::ProviderRequestId, facts.provider_request_id);
  if (facts.link_fp.data() != nullptr) with(EntryIndex::LinkFp, facts.link_fp);
  if (facts.type.data() != nullptr && !is_every_jobs(facts.type)) with(EntryIndex::Type, facts.type);
  if (facts.code.data() != nullptr) with(EntryIndex::Code, facts.code);
  if (facts.outcome.data() != nullptr && facts.outcome != "accepted")
    with(EntryIndex::Outcome, facts.outcome);
}

// A search goes by the order of the rows: one that lies in the wrong place is not found.
void EntryIndexes::row(EntryIndex index, const IndexRow& row) {
  State& at = state(index);
  if (at.rows.count > 0 && std::tuple(std::string_view(at.key), at.seq) >= std::tuple(row.key, row.seq)) {
    at.in_order = false;
  }
  if (at.key != row.key) at.key = row.key;
  at.seq = row.seq;
  add(at.rows, row.key, row.seq);
}

void EntryIndexes::finish(EntryIndex index) {
  const State& at = state(index);
  const std::string which = "the index " + std::string(name(index));
  if (at.rows != at.entries) {
    findings_.add("E_INTEGRITY", std::nullopt, "",
                  which + " has " + std::to_string(at.rows.count) + " rows that are not the " +
                      std::to_string(at.entries.count) + " that the entries give");
  }
  if (!at.in_order) findings_.add("E_INTEGRITY", std::nullopt, "", which + " is out of order");
}

}  // namespace latchkey::ledger

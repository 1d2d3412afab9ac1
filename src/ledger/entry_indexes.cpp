#include "ledger/entry_indexes.h"

#include <algorithm>
#include <tuple>

namespace latchkey::ledger {
namespace {

constexpr std::array kOfEveryJob{EntryType::JobAccepted,    EntryType::AttemptIntent,
                                 EntryType::AttemptResult,  EntryType::HandoverIntent,
                                 EntryType::HandoverResult, EntryType::LinkClaimed};

}  // namespace

std::string_view name(EntryIndex index) {
  constexpr std::array<std::string_view, kEntryIndexes.size()> kNames{"code", "linkFp", "outcome",
                                                                      "providerRequestId", "type"};
  return kNames.at(static_cast<std::size_t>(index));
}

bool is_of_every_job(EntryType type) {
  return std::find(kOfEveryJob.begin(), kOfEveryJob.end(), type) != kOfEveryJob.end();
}

void EntryIndexes::add(Sum& sum, std::string_view key, std::int64_t seq) const {
  const KeyedHash::Value hash = hash_.of(static_cast<std::uint64_t>(seq), key);
  ++sum.count;
  for (std::size_t i = 0; i < hash.size(); ++i) sum.hashes[i] += hash[i];
}

// As each_index_row(), from bytes. None of these members has an escape: ids, digits and words of lists.
void EntryIndexes::entry(const Facts& facts, std::int64_t seq) {
  const auto with = [&](EntryIndex index, std::string_view value) {
    if (value.data() != nullptr) add(state(index).entries, value, seq);
  };
  with(EntryIndex::Code, facts.code);
  with(EntryIndex::LinkFp, facts.link_fp);
  if (facts.outcome != job::name(job::Outcome::Accepted)) with(EntryIndex::Outcome, facts.outcome);
  with(EntryIndex::ProviderRequestId, facts.provider_request_id);
  const bool ordinary = std::any_of(kOfEveryJob.begin(), kOfEveryJob.end(),
                                    [&](EntryType type) { return name(type) == facts.type; });
  if (!ordinary) with(EntryIndex::Type, facts.type);
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
  const std::string which = "the index by " + std::string(name(index));
  if (at.rows != at.entries) {
    findings_.add("E_INTEGRITY", std::nullopt, "",
                  which + " has " + std::to_string(at.rows.count) + " rows that are not the " +
                      std::to_string(at.entries.count) + " that the entries give");
  }
  if (!at.in_order) findings_.add("E_INTEGRITY", std::nullopt, "", which + " is out of order");
}

}  // namespace latchkey::ledger

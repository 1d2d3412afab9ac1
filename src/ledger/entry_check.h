#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/keyed_hash.h"
#include "ledger/entry_indexes.h"
#include "ledger/facts.h"
#include "ledger/finding.h"
#include "ledger/job_traces.h"
#include "ledger/origins.h"
#include "ledger/subject_traces.h"

namespace latchkey::ledger {

/// Reads what the entries say, one after the other: form, order, and what follows from them for jobs,
/// subjects and the ledger's name. Whether the bytes are those that were hashed is TreeCheck's.
class EntryCheck {
 public:
  /// `random` gives the key of its hashes.
  explicit EntryCheck(Random& random) : hash_(random) {}

  /// A row of the ledger table, by ascending seq.
  void entry(std::int64_t seq, std::string_view bytes);
  /// All entries have been read.
  void finish();

  std::int64_t entries() const { return entries_; }
  /// What the rows of the other tables are compared with once all entries have been read.
  JobTraces& jobs() { return jobs_; }
  SubjectTraces& subjects() { return subjects_; }
  /// What the rows of the indexes over the entries are compared with then.
  EntryIndexes& indexes() { return indexes_; }
  const Origins& origins() const { return origins_; }
  /// How many jobs the entries say were pruned.
  std::int64_t pruned() const { return pruned_; }
  Findings& findings() { return findings_; }

 private:
  bool check_form(std::int64_t seq, std::string_view bytes, Facts& facts);
  bool check_times(std::int64_t seq, const Facts& facts);
  void apply(std::int64_t seq, const Facts& facts, EntryType type);

  KeyedHash hash_;
  Findings findings_;
  SubjectTraces subjects_{findings_, hash_};
  JobTraces jobs_{findings_, subjects_, hash_};
  Origins origins_{findings_};
  EntryIndexes indexes_{findings_, hash_};
  std::int64_t entries_ = 0;
  std::int64_t expected_ = 0;  // seq
  std::int64_t pruned_ = 0;
  std::string t_text_;  // of the latest entry; many entries have the same
  TimePoint t_;
  TimePoint clock_;  // what the clock showed then
};

}  // namespace latchkey::ledger

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/checkpoint.h"
#include "ledger/finding.h"
#include "ledger/origins.h"
#include "ledger/tree.h"
#include "ledger/verifier_key.h"

namespace latchkey::ledger {

/// A checkpoint as it was found somewhere.
struct FoundCheckpoint {
  std::string where;    ///< for people: "checkpoints.log line 412"
  std::string note;     ///< empty: what stands there is no checkpoint
  bool anchor = false;  ///< from outside the database
};

/// The sizes that these checkpoints speak of.
std::set<std::int64_t> sizes_of(const std::vector<FoundCheckpoint>& found);

/// What checkpoints are held against: the names and the tree that the entries have.
struct CheckedLedger {
  const Origins& origins;
  std::int64_t size = 0;
  std::function<std::optional<Hash>(std::int64_t size)> root_of;
};

/// What has come of checkpoints, beside findings.
struct CheckpointsChecked {
  std::int64_t good = 0;            ///< by a good signature over the ledger's own root
  std::int64_t not_signed_for = 0;  ///< the root is right; no key was given to check the signature with
  std::int64_t lost_history = 0;    ///< of entries that a restore has given up, as a log.init says
  std::int64_t largest = 0;         ///< size of the largest one that holds
};

/// Checks each: its form, its signature by `key` under the name the ledger had then, its size and its root.
CheckpointsChecked check_checkpoints(const std::vector<FoundCheckpoint>& found, const CheckedLedger& ledger,
                                     const std::optional<VerifierKey>& key, Findings& findings);

}  // namespace latchkey::ledger

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/checkpoint_check.h"
#include "ledger/finding.h"
#include "ledger/tree.h"
#include "ledger/verifier_key.h"
#include "store/evidence.h"

namespace latchkey::engine {

/// What a ledger is verified against, and how.
struct VerifyQuestion {
  std::optional<ledger::VerifierKey> key;        ///< absent: signatures are not checked
  std::vector<ledger::FoundCheckpoint> anchors;  ///< read before: the database may only grow meanwhile
  /// Called now and then with how many entries have been read, of how many; on the calling thread.
  std::function<void(std::int64_t done, std::int64_t of)> progress;
};

/// What verification came to. The ledger holds when there are no findings.
struct VerifyReport {
  ledger::Findings findings;
  std::int64_t entries = 0;
  std::int64_t jobs = 0;
  std::int64_t under_way = 0;  ///< calls and hand-overs whose result is still to come
  std::string origin;
  ledger::Hash root{};
  ledger::CheckpointsChecked checkpoints;
};

/// Re-hashes and reads every entry, rebuilds the tree, follows every job, compares jobs, subjects,
/// checkpoints and anchors with what the entries say, and has the database check itself. Changes nothing.
/// Three threads with a snapshot each: what the entries mean, the tree over their bytes, the file. Throws
/// Error when the database cannot be read; what is damaged in it is a finding.
VerifyReport verify(const store::OpenEvidence& open, const VerifyQuestion& question);

}  // namespace latchkey::engine

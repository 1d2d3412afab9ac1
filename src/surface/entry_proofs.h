#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/verifier_key.h"
#include "store/store.h"

namespace latchkey::surface {

/// An entry with the proof that it is in the ledger which a checkpoint is of.
struct ProvedEntry {
  std::int64_t seq = 0;
  std::string bytes;
  std::string proof;  ///< C2SP tlog-proof
};

/// The stored bytes of all of a request's entries, oldest first, with no gap between them and up to the one
/// that its job knows as its last. Throws InputError not_found when there was no such request, Error when
/// some are missing.
std::vector<std::string> unbroken_entries(store::Store& store, const std::string& request_id);

/// Proves entries against the checkpoint `note`, which must cover them. Throws Error when the note is not
/// signed by `key`, or an entry is not the one in the tree: what this program would not believe itself is not
/// handed out.
std::vector<ProvedEntry> prove_entries(store::Store& store, const std::vector<std::string>& entries,
                                       const std::string& note, const ledger::VerifierKey& key);

}  // namespace latchkey::surface

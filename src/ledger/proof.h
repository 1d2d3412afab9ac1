#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/tree.h"
#include "ledger/verifier_key.h"

namespace latchkey::ledger {

/// That one entry is in the ledger which a checkpoint is of (C2SP tlog-proof).
struct EntryProof {
  std::int64_t seq = 0;
  std::vector<Hash> hashes;  ///< inclusion proof, from the leaf's sibling up
  std::string checkpoint;    ///< the note
};

/// The proof of entry `seq`, which the checkpoint covers. The note must be a well-formed one.
EntryProof prove_entry(std::int64_t seq, const std::string& checkpoint, const ReadNode& node);

/// The file: the line `c2sp.org/tlog-proof@v1`, a line `index N`, a line for each hash in base64, an empty
/// line, the checkpoint.
std::string format_proof(const EntryProof& proof);
/// nullopt when it has another form. Extra data, which the format allows, is left out; nothing is verified.
std::optional<EntryProof> parse_proof(std::string_view text);

/// Whether the checkpoint is signed by `key` and its tree holds `entry` at the proof's place.
bool proves(const EntryProof& proof, std::string_view entry, const VerifierKey& key);

/// That the ledger of one size begins with all of a smaller one.
struct GrowthProof {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::vector<Hash> hashes;  ///< consistency proof
};

/// In the style of the other: `latchkey/consistency-proof@v1`, `from N`, `to N`, a line for each hash.
std::string format_proof(const GrowthProof& proof);

}  // namespace latchkey::ledger

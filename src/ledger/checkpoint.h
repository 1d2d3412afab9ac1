#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "ledger/tree.h"
#include "ledger/verifier_key.h"

namespace latchkey::ledger {

/// The head of the ledger's tree (C2SP tlog-checkpoint).
struct Checkpoint {
  std::string origin;     ///< which ledger
  std::int64_t size = 0;  ///< entries
  Hash root{};
};

/// The note (C2SP signed-note): three lines, an empty one, the signature's. Ends with a newline.
std::string sign_checkpoint(const Checkpoint& checkpoint, const Secret& seed);

/// What a note of exactly one signature claims, without a look at its signature; nullopt when it has another
/// form.
std::optional<Checkpoint> claimed_checkpoint(std::string_view note);

/// What a note says if its signature is good and by `key`; else nullopt.
std::optional<Checkpoint> verified_checkpoint(std::string_view note, const VerifierKey& key);

/// Hex SHA-256 of a note: how the ledger speaks of a checkpoint.
std::string checkpoint_hash(std::string_view note);

/// One line for logs, without a newline: `ORIGIN SIZE ROOT SIGNATURE`, and back.
std::string one_line(std::string_view note);
std::optional<std::string> note_of_line(std::string_view line);

}  // namespace latchkey::ledger

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::ledger {

/// What others check our checkpoints with.
struct VerifierKey {
  std::string name;        ///< the ledger's origin
  std::string public_key;  ///< the 32 bytes of Ed25519
};

/// The first four bytes of SHA-256(name 0x0A 0x01 public key).
std::string key_id(const VerifierKey& key);

/// `name+hex(keyid)+base64(0x01 || public key)` (C2SP signed-note).
std::string verifier_key(std::string_view name, std::string_view public_key);

/// Reads it back; nullopt when it has another form or its key id does not fit.
std::optional<VerifierKey> parse_verifier_key(std::string_view text);

}  // namespace latchkey::ledger

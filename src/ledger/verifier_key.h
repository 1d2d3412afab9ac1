#pragma once

#include <string>
#include <string_view>

namespace latchkey::ledger {

/// What others check our checkpoints with (C2SP signed-note): `name+hex(keyid)+base64(0x01 || public key)`,
/// where keyid is the first four bytes of SHA-256(name 0x0A 0x01 public key). `name` is the ledger's origin,
/// `public_key` the 32 bytes of Ed25519.
std::string verifier_key(std::string_view name, std::string_view public_key);

}  // namespace latchkey::ledger

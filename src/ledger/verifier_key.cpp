#include "ledger/verifier_key.h"

#include "base/crypto.h"
#include "base/encoding.h"

namespace latchkey::ledger {

std::string verifier_key(std::string_view name, std::string_view public_key) {
  const std::string typed_key = '\x01' + std::string(public_key);
  const std::string key_id = sha256(std::string(name) + '\n' + typed_key).substr(0, 4);
  return std::string(name) + "+" + to_hex(key_id) + "+" + to_base64(typed_key);
}

}  // namespace latchkey::ledger

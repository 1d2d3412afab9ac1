#include "ledger/commitment.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/error.h"

namespace latchkey::ledger {

namespace {

std::string commitment(std::string_view purpose, std::string_view salt, job::Provider provider,
                       std::string_view text) {
  LATCHKEY_CHECK(salt.size() == 32);
  std::string bytes(purpose);
  bytes += '\0';
  bytes += salt;
  bytes += job::name(provider);
  bytes += '\0';
  bytes += text;
  return to_hex(sha256(bytes));
}

}  // namespace

std::string recipient_commitment(std::string_view salt, job::Provider provider, std::string_view recipient) {
  return commitment("latchkey/recipient/v1", salt, provider, recipient);
}

std::string deliver_commitment(std::string_view salt, job::Provider provider, std::string_view address) {
  return commitment("latchkey/deliver/v1", salt, provider, address);
}

std::string link_fingerprint(const Secret& key, const Secret& link) {
  std::string bytes = "latchkey/link/v1";
  bytes.reserve(bytes.size() + 1 + link.size());
  bytes += '\0';
  bytes += link.reveal();
  const std::string mac = hmac_sha256(key.reveal(), bytes);
  wipe(bytes);
  return to_hex(mac).substr(0, 32);
}

std::string suppression_hash(const Secret& key, job::Provider provider, std::string_view recipient) {
  std::string bytes = "latchkey/suppress/v1";
  bytes += '\0';
  bytes += job::name(provider);
  bytes += '\0';
  bytes += recipient;
  return hmac_sha256(key.reveal(), bytes);
}

}  // namespace latchkey::ledger

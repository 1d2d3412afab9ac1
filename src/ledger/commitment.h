#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "job/names.h"

namespace latchkey::ledger {

/// Hex SHA-256( "latchkey/recipient/v1" 0 salt[32] provider 0 recipient ): ties an entry to a recipient that
/// it does not name. `recipient` is the normalised form.
std::string recipient_commitment(std::string_view salt, job::Provider provider, std::string_view recipient);

/// Hex SHA-256( "latchkey/deliver/v1" 0 salt[32] provider 0 address ): the same for the email to which a
/// subject's links are mailed. `address` is in its normalised form.
std::string deliver_commitment(std::string_view salt, job::Provider provider, std::string_view address);

/// First 32 hex characters of HMAC-SHA256( key, "latchkey/link/v1" 0 link ): recognises a link without
/// keeping it.
std::string link_fingerprint(const Secret& key, const Secret& link);

/// HMAC-SHA256( key, "latchkey/suppress/v1" 0 provider 0 recipient ), 32 bytes: recognises a recipient who
/// was erased and wants no more mail. `recipient` is the normalised form.
std::string suppression_hash(const Secret& key, job::Provider provider, std::string_view recipient);

}  // namespace latchkey::ledger

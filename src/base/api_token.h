#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"

namespace latchkey {

/// What a caller of the API shows: `lk_<id>_<secret><checksum>`. The id (8 characters, lower-case base32) is
/// public and names the token in the ledger; the secret is 32 characters of base62, 190 random bits; the
/// checksum (6 characters) is taken from all that stands before it, so that a mistyped or cut token is seen
/// without asking the database.
struct ApiToken {
  std::string id;
  Secret text;
};

/// A new token, never given out before.
ApiToken make_api_token(Random& random);

/// The id of a token whose form and checksum hold; nullopt for anything else. Says nothing about whether the
/// token was ever given out.
std::optional<std::string> api_token_id(std::string_view text);

/// What is kept of a token: the 32 bytes of its SHA-256. Nothing slower is needed, since nobody can guess 190
/// random bits.
std::string api_token_hash(std::string_view text);

}  // namespace latchkey

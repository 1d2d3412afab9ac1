#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "engine/context.h"

namespace latchkey::engine {

/// What a caller of the API may be allowed. `admin` includes all the others.
inline constexpr std::array<std::string_view, 5> kScopes{"send", "read", "audit", "operate", "admin"};

/// How long a token can be good for at most, unless it is for ever.
inline constexpr Millis kTokenLifeMax = std::chrono::hours(24 * 3650);

/// A token that has just been made.
struct NewToken {
  store::Token token;
  Secret text;  ///< what its caller shows; kept nowhere
};

/// Makes an API token and its token.created. `name`: an id by charset that no token which is not revoked has;
/// `scopes`: names of kScopes with commas between; `life`: nullopt for ever. Throws InputError (fields name,
/// scopes, expires).
NewToken add_token(Context& context, const std::string& name, const std::string& scopes,
                   std::optional<Millis> life);

/// Ends a token for good and writes its token.revoked; it counts from the commit on. Throws InputError on
/// field token: not_found, or wrong_state when it was revoked before.
store::Token revoke_token(Context& context, const std::string& id_or_name);

}  // namespace latchkey::engine

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey {

/// Lower-case digits.
std::string to_hex(std::string_view bytes);
/// Takes either case; an odd length or a foreign character is nullopt.
std::optional<std::string> from_hex(std::string_view text);
/// RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);
/// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes);
/// Strict: wrong length, foreign characters or non-zero spare bits are nullopt.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace latchkey

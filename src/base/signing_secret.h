#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/secret.h"

namespace latchkey {

/// The most secrets that one file may hold: each of them is one more signature in a header.
inline constexpr std::size_t kSigningSecretsMax = 8;

/// The bytes of the secrets in a key file of ours, in its order: one a line, "whsec_" and the base64 of 24 to
/// 64 bytes, as the Standard Webhooks write them; the newest first. Lines without anything are passed over.
/// Throws InputError at `field` when the file is missing (naming the command that makes one), open to others,
/// empty, or holds anything else, which is never quoted, or more than kSigningSecretsMax; Error when it
/// cannot be read.
std::vector<Secret> read_signing_secrets(const std::filesystem::path& path, const std::string& field);

/// Puts a new secret of 32 bytes before those that the file holds, or makes the file, readable by its owner
/// only. Returns how many it holds now. Throws as read_signing_secrets does, but for a file that is missing
/// or empty, and InputError when it is full.
std::size_t add_signing_secret(const std::filesystem::path& path, const std::string& field, Random& random);

}  // namespace latchkey

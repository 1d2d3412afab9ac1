#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "config.h"
#include "ledger/verifier_key.h"

namespace latchkey::surface {

/// A key of 32 bytes, kept in hex. Throws InputError naming the setting `field` when the file holds something
/// else or is open to others, Error when it cannot be read.
Secret read_key(const std::filesystem::path& path, const std::string& field);

/// The keys of link fingerprints, one line each: the first one is in use, the others are those before it,
/// newest first, by which older links are found. At least one. Throws as read_key does.
std::vector<Secret> read_fingerprint_keys(const std::filesystem::path& path);
/// The same, read when first asked for: few commands need them.
std::function<const std::vector<Secret>&()> fingerprint_keys_when_asked(const std::filesystem::path& path);

/// What others check our checkpoints with: the first line of `ledger.vkey` beside the configuration. Throws
/// Error.
ledger::VerifierKey read_verifier_key(const Config& config);

}  // namespace latchkey::surface

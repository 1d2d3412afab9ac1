#pragma once

#include <filesystem>
#include <vector>

#include "base/secret.h"
#include "config.h"
#include "ledger/verifier_key.h"

namespace latchkey::surface {

/// The seed that signs checkpoints. Throws InputError on "ledger.signing_key_file", or Error when it is not
/// there.
Secret read_signing_key(const Config& config);

/// The keys of link fingerprints, one hex line each: the first one is in use, the others are those before it,
/// newest first, by which older links are found. Throws InputError on "ledger.fingerprint_key_file" (nothing
/// in the file, another form), or Error when it is not there.
std::vector<Secret> read_fingerprint_keys(const std::filesystem::path& path);

/// `ledger.vkey` beside the configuration: what others check our checkpoints with. Throws Error.
ledger::VerifierKey read_verifier_key(const Config& config);

}  // namespace latchkey::surface

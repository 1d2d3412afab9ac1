#include "base/crypto.h"
#include "base/encoding.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"
#include "engine/fork.h"
#include "engine/publisher.h"
#include "ledger/verifier_key.h"
#include "store/file_anchors.h"
#include "surface/audit_checkpoint_command.h"
#include "surface/key_files.h"
#include "surface/output.h"
#include "surface/store_session.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kConfigMax = 1024 * 1024;
constexpr std::size_t kDigits = 8;

// HOST/latchkey/3f9c21ab becomes HOST/latchkey/ and other digits.
std::string new_origin(const std::string& old_origin, Random& random) {
  const std::size_t slash = old_origin.rfind('/');
  const std::string stem = slash == std::string::npos ? old_origin + "/" : old_origin.substr(0, slash + 1);
  return stem + to_hex(random.bytes(kDigits / 2));
}

// Whether the configuration could be made to say the new name, in the one place where it said the old one.
bool rename_in_config(const Config& config, const std::string& origin) {
  std::string text = read_file(config.file, kConfigMax);
  const std::string old_name = '"' + config.origin + '"';
  const std::size_t at = text.find(old_name);
  if (at == std::string::npos || text.find(old_name, at + 1) != std::string::npos) return false;
  text.replace(at, old_name.size(), '"' + origin + '"');
  replace_file(config.file, text, 0600);
  return true;
}

// Checkpoints of the old origin are still checked with its own key, so both stay, the newest first.
std::string add_verifier_key(const Config& config, const std::string& origin, const Secret& signing_key) {
  const auto file = config.file.parent_path() / "ledger.vkey";
  const std::string key = ledger::verifier_key(origin, ed25519_public_key(signing_key));
  replace_file(file, key + "\n" + read_file_end(file, kConfigMax).value_or(""), 0644);
  return key;
}

int go_on(const GlobalOptions& global, const std::string& reason) {
  StoreSession session(global);
  const Config& config = session.config();
  const FileLock daemon_lock(config.lock_file());
  const Secret signing_key = read_key(config.signing_key_file, "ledger.signing_key_file");
  store::FileAnchors anchors(config.anchors);
  const std::string origin = new_origin(config.origin, session.random());
  const auto newest = anchors.newest();
  const std::string key = session.write([&](engine::Context& context) {
    engine::fork_ledger(context, newest, origin, reason);
    // Before the commit: a key too many does no harm, one too few would be missed later.
    return add_verifier_key(config, origin, signing_key);
  });
  engine::Publisher publisher(session.store(), anchors, signing_key);
  publisher.publish_fork(session.now());
  const bool renamed = rename_in_config(config, origin);

  Output out;
  if (global.json) {
    out.line(OrderedJson{{"origin", origin}, {"oldOrigin", config.origin}, {"verifierKey", key}}.dump());
  } else {
    out.line("The ledger goes on as " + origin + ".");
    out.line("Its old name was " + config.origin +
             "; checkpoints of that name beyond this entry stay unmatched.");
    out.line("Give this verifier key, now the first in ledger.vkey, to whoever checks the ledger:");
    out.line("  " + key);
  }
  out.flush();
  if (!renamed) note("put this into " + config.file.string() + ": [ledger] origin = \"" + origin + "\"");
  return 0;
}

}  // namespace

void add_audit_new_origin(CLI::App& audit, CommandLine& line) {
  CLI::App* command = audit.add_subcommand(
      "new-origin", "Go on from a database that was restored to before a published checkpoint");
  auto reason = std::make_shared<std::string>();
  command->add_option("--reason", *reason, "why, for the ledger")->required()->type_name("TEXT");
  add_example(*command, "latchkey audit new-origin --reason \"disk lost, restored Sunday's backup\"");
  command->callback(
      [&line, reason] { line.command = [&line, reason] { return go_on(line.global, *reason); }; });
}

}  // namespace latchkey::surface

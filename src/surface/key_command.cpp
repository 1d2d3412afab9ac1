#include "surface/key_command.h"

#include <memory>

#include "base/encoding.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/signing_secret.h"
#include "surface/key_files.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kNewKeyBytes = 32;
constexpr const char* kFingerprint = "fingerprint";
constexpr const char* kWebhook = "webhook";

void add_line(std::string& text, std::string key) {
  std::string line = to_hex(key) + "\n";
  text += line;
  wipe(line);
  wipe(key);
}

// Prepends a key to the file. Returns how many there are now.
std::size_t put_new_key(const std::filesystem::path& path, Random& random) {
  const std::vector<Secret> before = read_fingerprint_keys(path);
  std::string text;
  text.reserve((before.size() + 1) * (2 * kNewKeyBytes + 1));  // growing would leave pieces of keys behind
  add_line(text, random.bytes(kNewKeyBytes));
  for (const Secret& key : before) add_line(text, std::string(key.reveal()));
  replace_file(path, text, 0600);
  wipe(text);
  return before.size() + 1;
}

// The file is replaced inside the transaction, so that two who rotate at once do not lose a key. A key that
// is there without its entry, because the commit failed, does no harm: the next rotation keeps it.
int rotate_fingerprint(const GlobalOptions& global, const std::string& reason) {
  ledger::check_reason(reason);
  StoreSession session(global);
  const std::filesystem::path& path = session.config().fingerprint_key_file;
  std::size_t keys = 0;
  const std::int64_t seq = session.write([&](engine::Context& context) {
    ledger::Entry entry;
    entry.type = ledger::EntryType::KeyRotated;
    entry.actor = context.actor;
    entry.key = kFingerprint;
    entry.reason = reason;
    const std::int64_t appended = context.store.append(entry);
    keys = put_new_key(path, context.random);
    return appended;
  });

  const auto lock = FileLock::read_content(session.config().lock_file());
  const auto pid = lock ? content_line(*lock, "pid") : std::nullopt;
  Output out;
  if (global.json) {
    out.line(OrderedJson{{"key", kFingerprint}, {"seq", seq}, {"keys", keys}}.dump());
  } else {
    out.line(path.string() + " holds a new key, and " + counted(keys - 1, "key") +
             " by which older links are found. Keep a copy in a safe place.");
    if (pid) out.line("The running daemon takes it with `kill -HUP " + *pid + "`.");
  }
  out.flush();
  return 0;
}

// The secret itself is not shown: what a terminal or a CI job shows is kept in more places than one.
int new_webhook_secret(const GlobalOptions& global, const std::filesystem::path& path) {
  SystemRandom random;
  const std::size_t secrets = add_signing_secret(path, "FILE", random);
  Output out;
  if (global.json) {
    out.line(OrderedJson{{"key", kWebhook}, {"file", path.string()}, {"secrets", secrets}}.dump());
  } else {
    out.line(path.string() +
             " begins with a new secret: copy its first line to whoever receives the webhooks.");
    if (secrets == 1) {
      out.line("An endpoint in latchkey.toml names the file as its secret_file.");
    } else {
      out.line(
          "From SIGHUP on (systemctl reload latchkey) it signs beside the " + counted(secrets - 1, "secret") +
          " that the file held before. Remove those once the receiver knows the new one, then reload again.");
    }
  }
  out.flush();
  return 0;
}

void add_rotate(CLI::App& key, CommandLine& line) {
  CLI::App* rotate = key.add_subcommand("rotate", "Put a new key in use; what the old ones did stays valid");
  auto which = std::make_shared<std::string>();
  auto reason = std::make_shared<std::string>();
  rotate->add_option("KEY", *which, "fingerprint: by it links are recognised")->required();
  rotate->add_option("--reason", *reason, "why, for the ledger")->required()->type_name("TEXT");
  add_example(*rotate, "latchkey key rotate fingerprint --reason 'yearly rotation'");
  rotate->callback([&line, which, reason] {
    line.command = [&line, which, reason] {
      if (*which != kFingerprint) throw InputError("invalid_request", "key", "expected \"fingerprint\"");
      return rotate_fingerprint(line.global, *reason);
    };
  });
}

void add_new(CLI::App& key, CommandLine& line) {
  CLI::App* fresh = key.add_subcommand("new", "Make a secret in a file, or a further one before those in it");
  auto which = std::make_shared<std::string>();
  auto file = std::make_shared<std::string>();
  fresh->add_option("KEY", *which, "webhook: signs what an endpoint is told")->required();
  fresh->add_option("FILE", *file, "made for its owner's eyes only (0600)")->required();
  add_example(*fresh, "latchkey key new webhook secrets/crm.webhook");
  fresh->callback([&line, which, file] {
    line.command = [&line, which, file] {
      if (*which != kWebhook) throw InputError("invalid_request", "key", "expected \"webhook\"");
      return new_webhook_secret(line.global, *file);
    };
  });
}

}  // namespace

void add_key_command(CLI::App& app, CommandLine& line) {
  CLI::App* key = app.add_subcommand("key", "The installation's own keys: rotate, new");
  key->require_subcommand(1);
  add_example(*key, "latchkey key rotate fingerprint --reason 'yearly rotation'");
  add_rotate(*key, line);
  add_new(*key, line);
}

}  // namespace latchkey::surface

#include "surface/key_command.h"

#include <memory>

#include "base/encoding.h"
#include "base/file_lock.h"
#include "base/json.h"
#include "base/part_file.h"
#include "surface/key_files.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kNewKeyBytes = 32;
constexpr const char* kFingerprint = "fingerprint";

void write_line(PartFile& file, std::string key) {
  std::string line = to_hex(key) + "\n";
  file.write(line);
  wipe(line);
  wipe(key);
}

// Recorded before the file is put in its place: an entry without the new key says what was tried, and a key
// that is in use without an entry would say nothing. The keys are read after PATH.part has been made, which
// only one can do.
int rotate_fingerprint(const GlobalOptions& global, const std::string& reason) {
  ledger::check_reason(reason);
  StoreSession session(global);
  const std::filesystem::path& path = session.config().fingerprint_key_file;
  PartFile file(path);
  const std::vector<Secret> before = read_fingerprint_keys(path);
  write_line(file, session.random().bytes(kNewKeyBytes));
  for (const Secret& key : before) write_line(file, std::string(key.reveal()));
  const std::int64_t seq = session.write([&](engine::Context& context) {
    ledger::Entry entry;
    entry.type = ledger::EntryType::KeyRotated;
    entry.actor = context.actor;
    entry.key = kFingerprint;
    entry.reason = reason;
    return context.store.append(entry);
  });
  file.replace();

  const auto lock = FileLock::read_content(session.config().lock_file());
  const auto pid = lock ? content_line(*lock, "pid") : std::nullopt;
  Output out;
  if (global.json) {
    out.line(OrderedJson{{"key", kFingerprint}, {"seq", seq}, {"keys", before.size() + 1}}.dump());
  } else {
    out.line(path.string() + " holds a new key, and " + counted(before.size(), "key") +
             " by which older links are found. Keep a copy in a safe place.");
    if (pid) out.line("The running daemon takes it with `kill -HUP " + *pid + "`.");
  }
  out.flush();
  return 0;
}

}  // namespace

void add_key_command(CLI::App& app, CommandLine& line) {
  CLI::App* key = app.add_subcommand("key", "The installation's own keys: rotate");
  key->require_subcommand(1);
  add_example(*key, "latchkey key rotate fingerprint --reason 'yearly rotation'");
  CLI::App* rotate = key->add_subcommand("rotate", "Put a new key in use; what the old ones did stays valid");
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

}  // namespace latchkey::surface

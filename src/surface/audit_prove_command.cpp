#include "surface/audit_prove_command.h"

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "base/files.h"
#include "base/json.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "surface/covering_checkpoint.h"
#include "surface/entry_proofs.h"
#include "surface/key_files.h"
#include "surface/output.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCheckpointFileMax = 4096;

struct ProveOptions {
  std::optional<std::string> request_id;
  std::optional<std::string> folder;
  std::vector<std::string> between;
};

/// A folder that is there only when all of it could be written.
class BundleFolder {
 public:
  explicit BundleFolder(fs::path path) : path_(std::move(path)) {
    if (mkdir(path_.c_str(), S_IRWXU) == 0) return;
    if (errno == EEXIST) {
      throw InputError("conflict", "out", path_.string() + " exists already; nothing was changed");
    }
    throw Error(path_.string() + ": cannot be created: " + std::generic_category().message(errno));
  }
  ~BundleFolder() {
    std::error_code ignored;  // whatever stopped the command is what its user has to hear of
    if (!kept_) fs::remove_all(path_, ignored);
  }
  BundleFolder(const BundleFolder&) = delete;
  BundleFolder& operator=(const BundleFolder&) = delete;

  void write(const std::string& name, std::string_view bytes) { create_private_file(path_ / name, bytes); }
  void keep() { kept_ = true; }

 private:
  const fs::path path_;
  bool kept_ = false;
};

// POSIX sh, so that it runs anywhere; the octal bytes are those that make 32 bytes an Ed25519 key for
// openssl.
std::string readme(const std::string& request_id, const std::vector<std::string>& entries,
                   std::int64_t size) {
  const std::string first = std::to_string(ledger::decode(entries.front()).seq);
  return "Proof of the ledger's entries about the request " + request_id + R"(.

entries.jsonl     the entries, one a line, as the ledger stores them; docs/ledger.md describes them. Each
                  names in `prev` the one before it, so that none of this request is left out between them.
SEQ.tlog-proof    that the entry with this seq is in the ledger (c2sp.org/tlog-proof)
checkpoint        the head of the ledger of )" +
         std::to_string(size) + R"( entries, signed (c2sp.org/tlog-checkpoint)
ledger.vkey       the key to check it with. Compare it with the one that you were given by another way:
                  whoever made up this folder could have made up a key, too.

All of it, with docs/verify_ledger.py from the source of Latchkey, Python 3.9 or newer and OpenSSL 3:

    python3 verify_ledger.py . ledger.vkey

The checkpoint's signature, with openssl and coreutils alone (says "Signature Verified Successfully"):

    sed -n 1,3p checkpoint > text
    sed -n 5p checkpoint | cut -d' ' -f3 | base64 -d | tail -c +5 > sig
    { printf '\060\052\060\005\006\003\053\145\160\003\041\000'
      cut -d+ -f3- ledger.vkey | base64 -d | tail -c +2; } > pub.der
    openssl pkeyutl -verify -pubin -keyform DER -inkey pub.der -rawin -in text -sigfile sig

The first entry's leaf, from which the hashes in )" +
         first + R"(.tlog-proof lead to the root in the checkpoint (RFC 9162, section 2.1.3.2):

    { printf '\000'; sed -n 1p entries.jsonl | tr -d '\n'; } | sha256sum

It is not shown that nothing was written about this request after the last of these entries: for that ask for
an export of the whole ledger.
)";
}

void write_bundle(StoreSession& session, BundleFolder& folder, const std::string& request_id,
                  const std::vector<std::string>& entries, const std::string& note) {
  const ledger::VerifierKey key = read_verifier_key(session.config());
  std::string lines;
  for (const ProvedEntry& one : prove_entries(session.store(), entries, note, key)) {
    folder.write(std::to_string(one.seq) + ".tlog-proof", one.proof);
    lines += one.bytes + "\n";
  }
  folder.write("entries.jsonl", lines);
  folder.write("checkpoint", note);
  folder.write("ledger.vkey", ledger::verifier_key(key.name, key.public_key) + "\n");
  folder.write("README.txt", readme(request_id, entries, ledger::claimed_checkpoint(note)->size));
}

int prove_request(const GlobalOptions& global, const std::string& request_id, const fs::path& path) {
  StoreSession session(global, possible_access(global));
  const std::vector<std::string> entries = unbroken_entries(session.store(), request_id);
  const std::int64_t last = ledger::decode(entries.back()).seq;
  const std::string note = covering_checkpoint(session, last + 1);
  BundleFolder folder(path);
  write_bundle(session, folder, request_id, entries, note);
  folder.keep();

  const std::int64_t size = ledger::claimed_checkpoint(note)->size;
  Output out;
  if (global.json) {
    out.line(OrderedJson{
        {"requestId", request_id},
        {"folder", path.string()},
        {"entries", entries.size()},
        {"lastSeq", last},
        {"size",
         size}}.dump());
  } else {
    out.line(path.string() + ": " + counted(entries.size()) + (entries.size() == 1 ? " entry" : " entries") +
             " of " + request_id + ", proved to be in the ledger of " +
             counted(static_cast<std::size_t>(size)) + ". README.txt says how to check it.");
  }
  out.flush();
  return 0;
}

struct ReadCheckpoint {
  std::string file;
  ledger::Checkpoint head;
};

// Signed by our key, whatever the ledger was called then.
ReadCheckpoint read_checkpoint(const std::string& file, const ledger::VerifierKey& key) {
  const std::string note = read_file(file, kCheckpointFileMax);
  const auto claimed = ledger::claimed_checkpoint(note);
  if (!claimed) throw InputError("invalid_request", "between", file + " is no checkpoint");
  if (!ledger::verified_checkpoint(note, {claimed->origin, key.public_key})) {
    throw InputError("invalid_request", "between", file + " is not signed by this ledger's key");
  }
  return {file, *claimed};
}

int prove_growth(const GlobalOptions& global, const std::vector<std::string>& files) {
  StoreSession session(global, store::Access::ReadOnly);
  const ledger::VerifierKey key = read_verifier_key(session.config());
  const ReadCheckpoint from = read_checkpoint(files.at(0), key);
  const ReadCheckpoint to = read_checkpoint(files.at(1), key);
  if (from.head.size > to.head.size) {
    throw InputError("invalid_request", "between", "the first checkpoint is of more entries than the second");
  }
  const auto node = [&](std::int64_t index) { return session.store().node(index); };
  for (const ReadCheckpoint* one : {&from, &to}) {
    const bool there = one->head.size <= session.store().head().size;
    if (there && ledger::tree_root(one->head.size, node) == one->head.root) continue;
    note(one->file + " is not of this ledger: its " + counted(static_cast<std::size_t>(one->head.size)) +
         (there ? " entries were others" : " entries are more than there are"));
    return 1;
  }
  Output out;
  out.text(format_proof(ledger::GrowthProof{from.head.size, to.head.size,
                                            ledger::consistency_proof(from.head.size, to.head.size, node)}));
  out.flush();
  return 0;
}

int prove(const GlobalOptions& global, const ProveOptions& options) {
  if (options.request_id.has_value() != options.between.empty()) {
    throw UsageError("`audit prove` takes a REQUEST_ID or --between OLD NEW");
  }
  if (!options.request_id) return prove_growth(global, options.between);
  return prove_request(global, *options.request_id, options.folder.value_or("proof-" + *options.request_id));
}

}  // namespace

void add_audit_prove(CLI::App& audit, CommandLine& line) {
  CLI::App* prove_command =
      audit.add_subcommand("prove", "What an outsider needs to check one request, or the ledger's growth");
  auto options = std::make_shared<ProveOptions>();
  add_text(*prove_command, "REQUEST_ID", options->request_id, "the job's requestId");
  add_text(*prove_command, "--out", options->folder, "the new folder; proof-REQUEST_ID unless given")
      ->type_name("DIR");
  prove_command
      ->add_option("--between", options->between,
                   "print the proof that the ledger of the second checkpoint begins with that of the first")
      ->expected(2)
      ->type_name("OLD NEW");
  add_example(*prove_command, "latchkey audit prove order-77");
  prove_command->callback(
      [&line, options] { line.command = [&line, options] { return prove(line.global, *options); }; });
}

}  // namespace latchkey::surface

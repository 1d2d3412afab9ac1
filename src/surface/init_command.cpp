// `latchkey init` lays out a project:
//
//     latchkey.toml                      what people write
//     templates/                         the texts of a mail that hands a link over
//     secrets/mayar.key, nomos.secret,
//         smtp.password                  empty until somebody fills them
//     secrets/ledger.key, ledger.vkey    signs checkpoints; what others check them with
//     secrets/fingerprint.key            recognises links without keeping them
//     data/latchkey.db                   queue and ledger, whose entry 0 is log.init
#include "surface/init_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <system_error>
#include <vector>

#include "base/api_token.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"
#include "config.h"
#include "ledger/verifier_key.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/table.h"

namespace latchkey::surface {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kOriginDigits = 8;
constexpr const char* kScopes = "send read audit operate admin";
constexpr const char* kTokenName = "init";

/// Creates files and folders, and removes them again unless keep() was called.
class NewProject {
 public:
  explicit NewProject(fs::path folder) : folder_(std::move(folder)) {}
  ~NewProject() {
    if (kept_) return;
    std::error_code ignored;  // whatever stopped init is what the user has to hear of
    for (auto path = created_.rbegin(); path != created_.rend(); ++path) fs::remove_all(*path, ignored);
  }
  NewProject(const NewProject&) = delete;
  NewProject& operator=(const NewProject&) = delete;

  fs::path path(const std::string& name) const { return folder_ / name; }

  void make_folder(const fs::path& path) {
    if (mkdir(path.c_str(), S_IRWXU) != 0) {
      throw Error(path.string() + ": cannot be created: " + std::generic_category().message(errno));
    }
    created_.push_back(path);
  }
  void write_private(const fs::path& path, std::string_view bytes) {
    create_private_file(path, bytes);
    created_.push_back(path);
  }
  void write_public(const fs::path& path, std::string_view bytes) {
    write_private(path, bytes);
    chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  }
  void keep() { kept_ = true; }

 private:
  const fs::path folder_;
  std::vector<fs::path> created_;
  bool kept_ = false;
};

/// What init has to say once everything is there.
struct Made {
  fs::path folder;
  std::string origin;
  std::string verifier_key;
  ApiToken token;
};

void require_free(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) throw InputError("conflict", "DIR", folder.string() + " is not a folder");
  for (const char* name : {"latchkey.toml", "templates", "secrets", "ledger.vkey", "data", "anchors"}) {
    if (fs::exists(fs::symlink_status(folder / name, error))) {
      throw InputError(
          "conflict", "DIR",
          (folder / name).string() + " exists already; nothing was changed: choose an empty folder");
    }
  }
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  std::string kept;
  for (const char c : std::string(name.data())) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (fits) kept += c;
  }
  return kept.empty() ? "localhost" : kept;
}

void write_key(NewProject& project, const fs::path& path, const Secret& key) {
  std::string text = to_hex(key.reveal()) + "\n";
  project.write_private(path, text);
  wipe(text);
}

Secret random_key(Random& random) {
  std::string bytes = random.bytes(kKeySize);
  Secret key(bytes);
  wipe(bytes);
  return key;
}

void write_first_entries(store::Store& store, const Made& made) {
  store::Transaction transaction(store);
  ledger::Entry init;
  init.type = ledger::EntryType::LogInit;
  init.actor = own_actor();
  init.origin = made.origin;
  store.append(init);

  store::Token token;
  token.id = made.token.id;
  token.name = kTokenName;
  token.hash = api_token_hash(made.token.text.reveal());
  token.scopes = kScopes;
  token.actor = "token:" + made.token.id;
  token.created_at = transaction.now().wall;
  store.put_token(token);
  ledger::Entry created;
  created.type = ledger::EntryType::TokenCreated;
  created.actor = own_actor();
  created.name = token.name;
  created.token = token.id;
  store.append(created);
  transaction.commit();
}

Made make_project(const fs::path& folder) {
  require_free(folder);
  SystemRandom random;
  SystemClock clock;
  NewProject project(folder);
  Made made{folder, host_name() + "/latchkey/" + to_hex(random.bytes(kOriginDigits / 2)), {}, {}};
  if (!fs::exists(folder)) project.make_folder(folder);
  project.write_private(project.path("latchkey.toml"), initial_config(made.origin));
  project.make_folder(project.path("secrets"));
  project.write_private(project.path("secrets/mayar.key"), "");
  project.write_private(project.path("secrets/nomos.secret"), "");
  project.write_private(project.path("secrets/smtp.password"), "");
  const Config config = load_config(project.path("latchkey.toml"));

  project.make_folder(config.smtp.templates);
  for (const TemplateFile& file : initial_templates()) {
    project.write_private(config.smtp.templates / file.name, file.text);
  }

  const Secret seed = random_key(random);
  write_key(project, config.signing_key_file, seed);
  write_key(project, config.fingerprint_key_file, random_key(random));
  made.verifier_key = ledger::verifier_key(made.origin, ed25519_public_key(seed));
  project.write_public(project.path("ledger.vkey"), made.verifier_key + "\n");

  project.make_folder(config.data_dir);
  project.make_folder(config.anchors);
  const FileLock lock(config.lock_file());
  store::create_database(config.database(), clock);
  store::SqliteStore store(config.database(), clock);
  made.token = make_api_token(random);
  write_first_entries(store, made);
  project.keep();
  return made;
}

void print(const Made& made, bool json) {
  Output out;
  std::string token(made.token.text.reveal());
  if (json) {
    out.line(OrderedJson{
        {"folder", made.folder.string()},
        {"config", (made.folder / "latchkey.toml").string()},
        {"origin", made.origin},
        {"verifierKey", made.verifier_key},
        {"tokenId", made.token.id},
        {"token",
         token}}.dump());
  } else {
    Table files;
    files.add({"latchkey.toml", "the configuration, with every setting explained"});
    files.add({"secrets/mayar.key", "empty: put Mayar's API key into it, until then mayar is off"});
    files.add({"secrets/nomos.secret",
               "empty: put Nomos' client secret into it and client_id into latchkey.toml, until then nomos "
               "is off"});
    files.add(
        {"secrets/smtp.password", "empty: the mail server's password, where links are handed over by email"});
    files.add({"templates", "the texts of these mails; docs/email.md says what they may name"});
    files.add({"secrets/ledger.key", "signs the ledger; keep a copy in a safe place"});
    files.add({"secrets/fingerprint.key", "recognises links; keep a copy in a safe place"});
    files.add({"ledger.vkey", "for whoever wants to verify the ledger; public"});
    files.add({"data", "the database: queue and ledger"});
    files.add({"anchors", "signed checkpoints of the ledger; better on another disk (ledger.anchors)"});
    out.line("Created in " + made.folder.string() + ":");
    out.text(files.text(Output::coloured(), 2));
    out.line("");
    out.line("The first API token, shown this once:");
    out.line("");
    out.line("  " + token);
    out.line("");
    out.line("Next: fill the key files, then `latchkey provider check` and `latchkey serve`.");
  }
  wipe(token);
  out.flush();
}

}  // namespace

void add_init_command(CLI::App& app, CommandLine& line) {
  CLI::App* init =
      app.add_subcommand("init", "Create a project: configuration, keys, database, first API token");
  auto folder = std::make_shared<std::string>(".");
  init->add_option("DIR", *folder, "where; created when it is missing")->capture_default_str();
  add_example(*init, "latchkey init /srv/latchkey");
  init->callback([&line, folder] {
    line.command = [&line, folder] {
      print(make_project(*folder), line.global.json);
      return 0;
    };
  });
}

}  // namespace latchkey::surface

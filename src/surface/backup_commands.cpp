#include "surface/backup_commands.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/time_text.h"
#include "engine/origins.h"
#include "engine/restoration.h"
#include "engine/settings_of.h"
#include "engine/verification.h"
#include "ledger/checkpoint.h"
#include "store/file_anchors.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_evidence.h"
#include "store/sqlite_schema.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKnownNamesMax = 64 * 1024;

struct RestoreOptions {
  std::string file;
  std::optional<std::string> reason;
};

// A file that is not finished is removed however this ends.
class Unfinished {
 public:
  explicit Unfinished(fs::path path) : path_(std::move(path)) {}
  ~Unfinished() { clear(); }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void clear() const {
    std::error_code gone;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(path_.string() + suffix, gone);
  }
  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

// Verified like a database in use, but for the anchors, which belong to another moment.
std::int64_t findings_in(const fs::path& path) {
  return engine::verify(store::sqlite_evidence(path), {}).findings.total();
}

// For `doctor`. The copy is made whether or not the database can be written now.
void remember_backup(const Config& config) {
  try {
    SystemClock clock;
    store::SqliteStore store(config.database(), clock);
    store::Transaction transaction(store);
    store.put_last_backup(transaction.now().wall);
    transaction.commit();
  } catch (const Error& error) {
    note("latchkey: the copy is made, but its time could not be written down: " + std::string(error.what()));
  }
}

int back_up(const GlobalOptions& global, const std::string& name) {
  const Config config = load_config(global.config);
  const fs::path file = fs::absolute(name).lexically_normal();
  const fs::path part = file.string() + ".part";
  if (fs::exists(file)) throw Error(file.string() + " exists already; nothing was changed");
  if (fs::exists(part)) {
    throw Error(part.string() +
                " exists: another backup is being written, or one was cut short; remove it then");
  }
  store::require_our_database(config.database());
  const Unfinished copy(part);
  store::copy_database(config.database(), copy.path());
  const store::CopyState state = store::verify_copy(copy.path());
  const std::int64_t findings = state.older ? 0 : findings_in(copy.path());
  store::name_copy(copy.path(), file);
  if (!state.older) remember_backup(config);
  const std::uintmax_t bytes = fs::file_size(file);
  Output out;
  if (global.json) {
    out.line(OrderedJson{
        {"file", file.string()}, {"entries", state.entries}, {"bytes", bytes}, {"root", state.root}}
                 .dump());
  } else {
    out.line(file.string() + ": " + counted(static_cast<std::size_t>(state.entries)) + " entries, " +
             counted(bytes) + " bytes, root " + state.root + (findings == 0 ? ", verified." : "."));
    out.line("Not in it, and to be kept elsewhere: " + config.file.string() +
             ", the secrets beside it, and the " + "anchors in " + config.anchors.string() + ".");
  }
  out.flush();
  if (findings == 0) return 0;
  note(
      "latchkey: the copy is complete, but the ledger in it does not hold, as that of the database: see "
      "`latchkey "
      "audit verify`");
  return 1;
}

// Entries of the largest checkpoint that others may have seen, 0 if there is none. Anchors that cannot be
// reached are for the daemon to complain about: it does not start without them.
std::int64_t published_size(const Config& config) {
  std::int64_t size = 0;
  try {
    for (const store::Anchored& anchored : store::FileAnchors::newest_in(config.anchors)) {
      const auto checkpoint = ledger::claimed_checkpoint(anchored.note);
      if (checkpoint) size = std::max(size, checkpoint->size);
    }
  } catch (const Error& error) {
    note("latchkey: " + std::string(error.what()));
  }
  return size;
}

// Another installation's ledger could never be published here, and its recipients are not ours to write to.
void require_own_ledger(store::Store& store, const Config& config) {
  const std::string name = engine::origins_of(store).back().name;
  const std::string keys =
      read_file_end(config.file.parent_path() / "ledger.vkey", kKnownNamesMax).value_or("");
  if (name == config.origin || ("\n" + keys).find("\n" + name + "+") != std::string::npos) return;
  throw InputError("wrong_state", "FILE",
                   "is of another installation, whose ledger is \"" + name + "\" (this one's is \"" +
                       config.origin + "\"); nothing was changed");
}

struct Marked {
  engine::Restoration done;
  bool was_published;  // the backup knows of checkpoints
};

Marked mark_restored(const fs::path& path, const Config& config, Clock& clock, const std::string& reason) {
  store::SqliteStore store(path, clock);
  SystemRandom random;
  require_own_ledger(store, config);
  const bool was_published = store.last_checkpoint().has_value();
  const engine::Settings settings = engine::settings_of(config);
  store::Transaction transaction(store);
  engine::Forecasts forecasts(store, settings, transaction.now().wall);
  engine::Context context{store, random, settings, forecasts, transaction.now(), own_actor()};
  const engine::Restoration restoration = engine::restore(context, reason);
  transaction.commit();
  return {restoration, was_published};
}

// Root may restore for a daemon that runs as another user.
void give_to_owner_of(const fs::path& folder, const fs::path& file) {
  struct stat info {};
  if (getuid() != 0 || stat(folder.c_str(), &info) != 0) return;
  if (chown(file.c_str(), info.st_uid, info.st_gid) != 0) {
    throw Error(file.string() + " cannot be given to the owner of its folder");
  }
}

std::string before_restore_name(const fs::path& live, TimePoint now) {
  std::string time = format_utc(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return live.string() + ".before-restore-" + time;
}

void print_restored(const engine::Restoration& done, const std::string& aside,
                    std::optional<std::int64_t> fork, Output& out) {
  out.line("Restored " + counted(static_cast<std::size_t>(done.entries)) + " entries; " +
           counted(static_cast<std::size_t>(done.held), "job") + " held, " +
           counted(static_cast<std::size_t>(done.ended)) + " ended.");
  if (done.held > 0) {
    out.line(
        "Held jobs may have been sent after the backup was taken: see `latchkey jobs list --state held`.");
  }
  if (!aside.empty()) out.line("The database that was there is now " + aside + ".");
  out.line("What was done after the backup was taken is not in it: repeat erasures and cancellations.");
  if (fork) {
    out.line((*fork == 0 ? "The anchors hold no checkpoint any more"
                         : "Checkpoints of " + counted(static_cast<std::size_t>(*fork)) +
                               " entries were published") +
             ", and this is a fork: `latchkey audit new-origin --reason …` is the next step.");
  }
}

int restore(const GlobalOptions& global, const RestoreOptions& options) {
  const Config config = load_config(global.config);
  const fs::path live = config.database();
  const fs::path backup = fs::absolute(options.file).lexically_normal();
  if (options.reason) ledger::check_reason(*options.reason);
  if (!fs::exists(backup)) throw Error(backup.string() + " does not exist");
  if (fs::exists(live) && fs::equivalent(live, backup))
    throw Error("that is the database itself, not a backup");
  if (fs::create_directories(config.data_dir)) fs::permissions(config.data_dir, fs::perms::owner_all);
  const FileLock lock(config.lock_file());
  store::require_our_database(backup);
  SystemClock clock;
  const Unfinished fresh(live.string() + ".restoring");
  fresh.clear();
  store::copy_database(backup, fresh.path());
  store::verify_copy(fresh.path());
  store::migrate_database(fresh.path(), clock);
  store::settle(fresh.path());
  if (findings_in(fresh.path()) > 0) {
    throw Error("the ledger in " + backup.string() +
                " does not hold: see `latchkey audit verify --database " + backup.string() +
                "`; nothing was changed");
  }
  const auto [done, was_published] = mark_restored(fresh.path(), config, clock, options.reason.value_or(""));
  store::settle(fresh.path());
  give_to_owner_of(config.data_dir, fresh.path());
  const std::string aside = before_restore_name(live, clock.now().wall);
  store::replace_database(live, fresh.path(), aside);

  const bool kept = fs::exists(aside);
  const std::int64_t published = published_size(config);
  const bool fork = published > done.entries || (published == 0 && was_published);
  Output out;
  if (global.json) {
    out.line(OrderedJson{
        {"entries", done.entries},
        {"unknown", done.unknown},
        {"held", done.held},
        {"ended", done.ended},
        {"aside", kept ? OrderedJson(aside) : OrderedJson(nullptr)},
        {"newOriginNeeded",
         fork}}.dump());
  } else {
    print_restored(done, kept ? aside : "", fork ? std::optional(published) : std::nullopt, out);
  }
  out.flush();
  return 0;
}

}  // namespace

void add_backup_commands(CLI::App& app, CommandLine& line) {
  CLI::App* backup = app.add_subcommand("backup", "Copy the database while it is in use, and check the copy");
  auto file = std::make_shared<std::string>();
  backup->add_option("FILE", *file, "a new file")->required();
  add_example(*backup, "latchkey backup /srv/backups/latchkey-2026-03-01.db");
  backup->callback([&line, file] { line.command = [&line, file] { return back_up(line.global, *file); }; });

  CLI::App* restore_command = app.add_subcommand("restore", "Go back to a backup, with the daemon stopped");
  auto options = std::make_shared<RestoreOptions>();
  restore_command->add_option("FILE", options->file, "what `latchkey backup` wrote")->required();
  add_text(*restore_command, "--reason", options->reason, "for the ledger")->type_name("TEXT");
  add_example(*restore_command,
              "latchkey restore /srv/backups/latchkey-2026-03-01.db --reason \"disk lost\"");
  restore_command->callback(
      [&line, options] { line.command = [&line, options] { return restore(line.global, *options); }; });
}

}  // namespace latchkey::surface

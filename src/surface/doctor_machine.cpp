#include <sys/stat.h>

#include "base/clock_sync.h"
#include "base/error.h"
#include "surface/diagnosis.h"
#include "surface/figures.h"
#include "surface/key_files.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMiB = 1024 * 1024;
constexpr std::uintmax_t kRoomLow = 1024 * kMiB;
constexpr std::uintmax_t kRoomGone = 64 * kMiB;  // the reserve and a few turns

void examine_room(const fs::path& folder, const std::string& what, Diagnoses& found) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error) {
    return found.error("disk", what + " cannot be reached in " + folder.string() + ": " + error.message(),
                       "ls -ld " + folder.string());
  }
  const std::string room =
      counted(static_cast<std::size_t>(space.available / kMiB)) + " MiB are free for " + what;
  if (space.available < kRoomGone) {
    found.error("disk", room + ": nothing more will be stored soon.", "df -h " + folder.string());
  } else if (space.available < kRoomLow) {
    found.warning("disk", room + ".", "df -h " + folder.string());
  } else {
    found.ok("disk", room + ".");
  }
}

void examine_log(const fs::path& database, Diagnoses& found) {
  std::error_code error;
  const auto size = fs::file_size(database.string() + "-wal", error);  // looked at, never opened
  if (error || size <= static_cast<std::uintmax_t>(Figures::kWalHeld)) return;
  found.warning(
      "database",
      "The database's log has " + counted(static_cast<std::size_t>(size / kMiB)) +
          " MiB: somebody has the database open and reads an old state of it, so that the log cannot "
          "begin anew.",
      "fuser -v " + database.string());
}

void examine_anchors_place(const Config& config, Diagnoses& found) {
  struct stat data {};
  struct stat anchors {};
  if (stat(config.data_dir.c_str(), &data) != 0 || stat(config.anchors.c_str(), &anchors) != 0) return;
  if (data.st_dev != anchors.st_dev)
    return found.ok("anchors", "The anchors lie on a filesystem of their own.");
  found.note("anchors",
             "The anchors lie on the same filesystem as the database: whoever loses one loses both.",
             "ledger.anchors in " + config.file.string());
}

void examine_clock(Diagnoses& found) {
  const auto synchronised = clock_is_synchronised();
  if (!synchronised) return found.note("clock", "The kernel does not say whether the clock is kept right.");
  if (*synchronised) return found.ok("clock", "The clock is kept right.");
  found.warning("clock",
                "Nothing keeps this machine's clock right: jobs may go at the wrong time, or not at all.",
                "timedatectl set-ntp true");
}

}  // namespace

void examine_machine(const Config& config, Diagnoses& found) {
  const std::string copy = "install -m 600 YOUR_COPY ";
  found.examine("keys", copy + config.signing_key_file.string(),
                [&] { read_key(config.signing_key_file, "ledger.signing_key_file"); });
  found.examine("keys", copy + config.fingerprint_key_file.string(),
                [&] { read_fingerprint_keys(config.fingerprint_key_file); });
  found.examine("keys", "latchkey key --help", [&] {
    read_verifier_key(config);
    found.ok("keys", "The ledger's keys are there, and only their owner can read them.");
  });
  examine_room(config.data_dir, "the database", found);
  examine_room(config.anchors, "the anchors", found);
  examine_log(config.database(), found);
  examine_anchors_place(config, found);
  examine_clock(found);
}

}  // namespace latchkey::surface

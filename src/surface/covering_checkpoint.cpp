#include "surface/covering_checkpoint.h"

#include "base/files.h"
#include "ledger/checkpoint.h"
#include "surface/key_files.h"
#include "surface/pause.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kNoteFileMax = 4096;
constexpr Millis kLookForCheckpoint{50};
constexpr int kLooksForCheckpoint = 60;

ledger::Hash root_of(StoreSession& session, std::int64_t size) {
  return ledger::tree_root(size, [&](std::int64_t index) { return session.store().node(index); });
}

std::optional<std::string> published(StoreSession& session, std::int64_t size) {
  const std::filesystem::path path = session.config().anchors / "checkpoint";
  if (!std::filesystem::exists(path)) return std::nullopt;
  std::string note = read_file(path, kNoteFileMax);
  const auto claimed = ledger::claimed_checkpoint(note);
  if (!claimed || claimed->origin != session.config().origin || claimed->size < size) return std::nullopt;
  if (claimed->size > session.store().head().size || root_of(session, claimed->size) != claimed->root) {
    throw Error(path.string() + " is not of this ledger: see `latchkey audit verify`");
  }
  return note;
}

}  // namespace

std::string covering_checkpoint(StoreSession& session, std::int64_t size) {
  for (int looks = 0; looks < kLooksForCheckpoint; ++looks) {
    if (auto note = published(session, size)) return std::move(*note);
    if (!session.daemon_api()) {
      const std::int64_t now = session.store().head().size;
      return ledger::sign_checkpoint({session.config().origin, now, root_of(session, now)},
                                     read_signing_key(session.config()));
    }
    pause(kLookForCheckpoint);
  }
  throw Error("the daemon has published no checkpoint of the first " + std::to_string(size) +
              " entries yet: see its log, and try again");
}

}  // namespace latchkey::surface

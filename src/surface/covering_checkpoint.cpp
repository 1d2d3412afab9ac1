#include "surface/covering_checkpoint.h"

#include "base/polling.h"
#include "engine/publisher.h"
#include "ledger/checkpoint.h"
#include "store/file_anchors.h"
#include "surface/key_files.h"

namespace latchkey::surface {
namespace {

constexpr Millis kPatience{10'000};

// Only a checkpoint that is this ledger's own, and of its tree, counts.
bool covers(const std::string& note, std::int64_t size) {
  const auto checkpoint = ledger::claimed_checkpoint(note);
  return checkpoint && checkpoint->size >= size;
}

}  // namespace

// Checkpoints are signed under the ledger's own name; a configuration that speaks of another is somebody
// else's.
void require_origin(const Config& config, const std::string& origin) {
  if (config.origin == origin) return;
  throw InputError("invalid_request", "ledger.origin",
                   "is \"" + config.origin + "\", but this database's ledger is \"" + origin +
                       "\": put that into " + config.file.string());
}

std::string covering_checkpoint(StoreSession& session) {
  const Config& config = session.config();
  const std::int64_t size = session.store().head().size;
  std::string note;
  const bool covered = poll_until(session.clock(), kPatience, [&] {
    if (!session.daemon_api()) return true;  // it may also end meanwhile
    note = store::FileAnchors::checkpoint_in(config.anchors).value_or("");
    return covers(note, size);
  });
  if (!covered) {
    throw Error("the daemon has not published a checkpoint that covers entry " + std::to_string(size - 1) +
                ": its log says why");
  }
  if (covers(note, size)) return note;
  const Secret key = read_key(config.signing_key_file, "ledger.signing_key_file");
  store::FileAnchors anchors(config.anchors);
  engine::Publisher publisher(session.store(), anchors, key);
  publisher.compare();
  require_origin(config, publisher.origin());
  return publisher.publish(session.now(), "demand");
}

std::string covering_checkpoint(StoreSession& session, std::int64_t size) {
  auto note = store::FileAnchors::checkpoint_in(session.config().anchors);
  if (!note || !covers(*note, size)) return covering_checkpoint(session);
  const auto claimed = ledger::claimed_checkpoint(*note).value();
  const auto node = [&](std::int64_t index) { return session.store().node(index); };
  if (claimed.origin != session.config().origin || claimed.size > session.store().head().size ||
      ledger::tree_root(claimed.size, node) != claimed.root) {
    throw AnchorMismatch((session.config().anchors / "checkpoint").string() +
                         " is not of this ledger: see `latchkey audit verify`");
  }
  return std::move(*note);
}

}  // namespace latchkey::surface

#include "base/time_text.h"
#include "engine/anchored.h"
#include "engine/origins.h"
#include "ledger/checkpoint.h"
#include "ledger/tree.h"
#include "store/file_anchors.h"
#include "surface/covering_checkpoint.h"
#include "surface/diagnosis.h"

namespace latchkey::surface {
namespace {

constexpr Millis kCheckpointLate = std::chrono::minutes(5);

// The same question that the daemon asks before it starts, without its key.
void examine_anchored(StoreSession& session, Diagnoses& found) {
  const std::string verify = "change nothing; latchkey audit verify";
  const auto newest = store::FileAnchors::newest_in(session.config().anchors);
  if (newest.empty()) {
    if (!session.store().last_checkpoint())
      return found.note("anchors", "Nothing was published yet: no daemon ever ran.");
    return found.error("anchors",
                       "The anchors hold no checkpoint, though some were published: is their disk mounted?",
                       verify);
  }
  const std::int64_t size = session.store().head().size;
  for (const store::Anchored& anchored : newest) {
    const auto checkpoint = ledger::claimed_checkpoint(anchored.note);
    if (!checkpoint || checkpoint->origin != session.config().origin) continue;  // of a name before a fork
    if (checkpoint->size > size) {
      return found.error("anchors",
                         anchored.place + " says that the ledger had " + std::to_string(checkpoint->size) +
                             " entries, but it has " + std::to_string(size) + ".",
                         verify);
    }
    const auto node = [&](std::int64_t index) { return session.store().node(index); };
    if (ledger::tree_root(checkpoint->size, node) != checkpoint->root) {
      return found.error("anchors", anchored.place + " contradicts the ledger: entries were changed.",
                         verify);
    }
  }
  found.ok("anchors", "The anchors agree with the database.");
}

void examine_age(StoreSession& session, Diagnoses& found) {
  const auto latest = engine::read_anchored(session.config().anchors).latest;
  if (!latest || !session.daemon_api()) return;
  const Millis age = session.now() - *latest;
  const bool grown = session.store().head().last_time > *latest;
  if (!grown || age < kCheckpointLate) return;
  found.error("anchors",
              "The daemon has published no checkpoint for " + format_span(age) + ": its log says why.",
              "ls -ld " + session.config().anchors.string());
}

}  // namespace

void examine_ledger(StoreSession& session, Diagnoses& found) {
  found.examine("ledger", "an editor: " + session.config().file.string(), [&] {
    require_origin(session.config(), engine::origins_of(session.store()).back().name);
    found.ok("ledger", std::to_string(session.store().head().size) + " entries under the name " +
                           session.config().origin + "; `latchkey audit verify` checks each.");
  });
  found.examine("anchors", "ls -ld " + session.config().anchors.string(), [&] {
    examine_anchored(session, found);
    examine_age(session, found);
  });
}

}  // namespace latchkey::surface

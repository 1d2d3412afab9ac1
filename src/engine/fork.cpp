#include "engine/fork.h"

#include <algorithm>

#include "engine/origins.h"
#include "ledger/checkpoint.h"

namespace latchkey::engine {
namespace {

// Checkpoints of the origin in force that were published for more, or for other, entries than there are.
bool disagrees(store::Store& store, const ledger::Checkpoint& checkpoint) {
  if (checkpoint.size > store.head().size) return true;
  const auto nodes = [&](std::int64_t index) { return store.node(index); };
  return ledger::tree_root(checkpoint.size, nodes) != checkpoint.root;
}

}  // namespace

void fork_ledger(Context& context, const std::vector<store::Anchored>& newest, const std::string& origin,
                 const std::string& reason) {
  const std::string old_origin = origins_of(context.store).back().name;
  std::string last;
  std::int64_t last_size = -1;
  bool called_for = false;
  if (newest.empty()) {
    // Anchors that are lost could not contradict anything.
    last = context.store.last_checkpoint().value_or("");
    called_for = !last.empty();
  }
  for (const store::Anchored& anchored : newest) {
    const auto checkpoint = ledger::claimed_checkpoint(anchored.note);
    if (!checkpoint) continue;
    // Of another name: a fork that was begun and never published.
    called_for = called_for || checkpoint->origin != old_origin || disagrees(context.store, *checkpoint);
    if (checkpoint->size > last_size) last = anchored.note;
    last_size = std::max(last_size, checkpoint->size);
  }
  if (!called_for) {
    throw InputError("wrong_state", "", "no anchor disagrees with the database: it goes on as it is");
  }
  ledger::check_reason(reason);
  ledger::Entry entry;
  entry.type = ledger::EntryType::LogInit;
  entry.actor = context.actor;
  entry.origin = origin;
  entry.old_origin = old_origin;
  entry.last_checkpoint = ledger::checkpoint_hash(last);
  entry.reason = reason;
  context.store.append(entry);
}

}  // namespace latchkey::engine

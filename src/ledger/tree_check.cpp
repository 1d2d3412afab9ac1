#include "ledger/tree_check.h"

#include <algorithm>

#include "base/encoding.h"
#include "ledger/facts.h"

namespace latchkey::ledger {
namespace {

std::string beginning(const Hash& hash) {
  return to_hex(bytes_of(hash)).substr(0, 12) + "…";
}

}  // namespace

TreeCheck::TreeCheck(std::function<std::optional<NodeRow>()> next_node, std::set<std::int64_t> sizes)
    : next_node_(std::move(next_node)), sizes_(std::move(sizes)), ahead_(next_node_()) {
  keep_root();
}

void TreeCheck::entry(std::int64_t seq, std::string_view bytes) {
  while (tree_.size() < seq && ahead_) {
    const auto leaf = stored(node_index(0, tree_.size()));
    append(leaf.value_or(Hash{}), {}, false);
  }
  if (seq == tree_.size()) append(leaf_hash(bytes), bytes, true);
}

void TreeCheck::append(const Hash& leaf, std::string_view bytes, bool known) {
  std::size_t level = 0;
  tree_.append(leaf, [&](std::int64_t index, const Hash& computed) {
    // The stored leaf of a missing entry has been read already.
    if (level == 0 && !known) {
      stored_[0] = {stored_[0].last, computed};
    } else {
      compare(level, index, computed, bytes);
    }
    ++level;
  });
  keep_root();
}

void TreeCheck::compare(std::size_t level, std::int64_t index, const Hash& computed, std::string_view bytes) {
  const auto found = stored(index);
  const std::int64_t seq = tree_.size();
  const bool is_leaf = level == 0;
  if (!found) {
    findings_.add(is_leaf ? "E_ENTRY_HASH" : "E_NODE", seq, "",
                  "node " + std::to_string(index) + " of the tree is missing or has no 32 bytes");
  } else if (*found != computed) {
    const Hash expected = is_leaf ? computed : node_hash(stored_[level - 1].before, stored_[level - 1].last);
    if (*found != expected && is_leaf) {
      Facts facts;
      read_facts(bytes, facts);
      findings_.add("E_ENTRY_HASH", seq, facts.request_id,
                    "stored leaf " + beginning(*found) + " recomputed " + beginning(computed));
    } else if (*found != expected) {
      findings_.add("E_NODE", seq, "",
                    "node " + std::to_string(index) + ": stored " + beginning(*found) + " recomputed " +
                        beginning(expected));
    }
  }
  stored_[level] = {stored_[level].last, found.value_or(computed)};
}

std::optional<Hash> TreeCheck::stored(std::int64_t index) {
  for (; ahead_ && ahead_->index < index; ahead_ = next_node_()) {
    findings_.add("E_NODE", std::nullopt, "",
                  "node " + std::to_string(ahead_->index) + " does not belong to the tree");
  }
  if (!ahead_ || ahead_->index != index) return std::nullopt;
  Hash hash{};
  const bool whole = ahead_->hash.size() == hash.size();
  if (whole) std::copy(ahead_->hash.begin(), ahead_->hash.end(), hash.begin());
  ahead_ = next_node_();
  return whole ? std::optional(hash) : std::nullopt;
}

void TreeCheck::keep_root() {
  if (sizes_.contains(tree_.size())) roots_[tree_.size()] = tree_.root();
}

void TreeCheck::finish() {
  for (; ahead_; ahead_ = next_node_()) {
    findings_.add("E_NODE_COUNT", std::nullopt, "",
                  "node " + std::to_string(ahead_->index) +
                      " stands for entries that are not there: " + std::to_string(tree_.size()) +
                      " entries have " + std::to_string(node_count(tree_.size())) + " nodes");
  }
}

std::optional<Hash> TreeCheck::root_of(std::int64_t size) const {
  const auto at = roots_.find(size);
  return at == roots_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace latchkey::ledger

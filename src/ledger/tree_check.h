#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "ledger/finding.h"
#include "ledger/tree.h"

namespace latchkey::ledger {

/// A row of the ledger_node table as it stands there.
struct NodeRow {
  std::int64_t index = 0;
  std::string_view hash;
};

/// Builds the tree anew from the entries' bytes and compares every stored node with it. One changed byte is
/// one finding: above a node that differs, the stored nodes are held against each other.
class TreeCheck {
 public:
  /// `next_node` gives the stored nodes by ascending index, nullopt at the end. `sizes`: those at which the
  /// root is wanted.
  TreeCheck(std::function<std::optional<NodeRow>()> next_node, std::set<std::int64_t> sizes);

  /// A row of the ledger table, by ascending seq. For entries that are missing in between, the stored leaves
  /// stand.
  void entry(std::int64_t seq, std::string_view bytes);
  /// All entries have been read.
  void finish();

  /// The root that the entries have.
  Hash root() const { return tree_.root(); }
  /// The root of the first `size` entries, one of the sizes asked for; nullopt: there are not so many.
  std::optional<Hash> root_of(std::int64_t size) const;
  Findings& findings() { return findings_; }

 private:
  void append(const Hash& leaf, std::string_view bytes, bool known);
  void compare(std::size_t level, std::int64_t index, const Hash& computed, std::string_view bytes);
  std::optional<Hash> stored(std::int64_t index);
  void keep_root();

  std::function<std::optional<NodeRow>()> next_node_;
  std::set<std::int64_t> sizes_;
  std::map<std::int64_t, Hash> roots_;
  Frontier tree_;
  std::optional<NodeRow> ahead_;  // the node that was read last and not used yet
  // The stored nodes of each level: the last one, and the one before it.
  struct Pair {
    Hash before{};
    Hash last{};
  };
  std::array<Pair, 54> stored_{};
  Findings findings_;
};

}  // namespace latchkey::ledger

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/crypto.h"

namespace latchkey::ledger {

/// The Merkle tree of RFC 6962 section 2.1 over the entries' bytes. Subtrees that can never change again are
/// stored as nodes, numbered in the order in which they come to be (as Go's sumdb numbers them), so that a
/// growing tree only ever appends.

using Hash = Digest;

/// SHA-256(0x00 || entry).
Hash leaf_hash(std::string_view entry);
/// SHA-256(0x01 || left || right).
Hash node_hash(const Hash& left, const Hash& right);
/// SHA-256 of nothing.
Hash empty_root();

/// Where the node over the leaves [n * 2^level, (n + 1) * 2^level) is stored.
std::int64_t node_index(int level, std::int64_t n);
/// How many nodes a tree of `size` leaves has stored; the next one's index.
std::int64_t node_count(std::int64_t size);

/// Gives a stored node by its index. May throw; what it throws passes through.
using ReadNode = std::function<Hash(std::int64_t index)>;

/// The right edge of a tree: all that is needed to append to it and to know its root.
class Frontier {
 public:
  Frontier() = default;
  /// The edge of a stored tree of `size` leaves.
  static Frontier read(std::int64_t size, const ReadNode& node);

  std::int64_t size() const { return size_; }
  Hash root() const;
  /// Adds a leaf and calls `store(index, hash)` for each node that came to be, by ascending index.
  template <typename Store>
  void append(const Hash& leaf, Store store) {
    std::int64_t index = node_count(size_);
    Hash hash = leaf;
    std::size_t level = 0;
    store(index++, hash);
    for (; ((size_ >> level) & 1) != 0; ++level) {
      hash = node_hash(edge_[level], hash);
      store(index++, hash);
    }
    edge_[level] = hash;
    ++size_;
  }

 private:
  std::int64_t size_ = 0;
  std::array<Hash, 54> edge_{};  // edge_[level] counts where bit `level` of size_ is 1; sizes stay below 2^53
};

/// Root of the first `size` leaves of a stored tree.
Hash tree_root(std::int64_t size, const ReadNode& node);

/// Inclusion proof of leaf `seq` in the tree of `size` leaves (RFC 6962 section 2.1.1). seq < size.
std::vector<Hash> inclusion_proof(std::int64_t seq, std::int64_t size, const ReadNode& node);
/// Whether `proof` shows that `leaf` is leaf `seq` of the tree with this root (RFC 9162 section 2.1.3.2).
bool includes(const Hash& leaf, std::int64_t seq, std::int64_t size, const Hash& root,
              const std::vector<Hash>& proof);

/// Consistency proof from the tree of `from` leaves to that of `to` (RFC 6962 section 2.1.2). from <= to.
std::vector<Hash> consistency_proof(std::int64_t from, std::int64_t to, const ReadNode& node);
/// Whether `proof` shows that the second tree begins with the first (RFC 9162 section 2.1.4.2). Every tree
/// begins with the empty one.
bool extends(std::int64_t from, const Hash& from_root, std::int64_t to, const Hash& to_root,
             const std::vector<Hash>& proof);

}  // namespace latchkey::ledger

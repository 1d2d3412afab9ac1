#include "ledger/tree.h"

#include <bit>

#include "base/error.h"

namespace latchkey::ledger {
namespace {

// The largest power of two below `n`: where RFC 6962 splits a tree of n leaves.
std::int64_t split(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n - 1)));
}

// MTH(D[begin:end]) of RFC 6962. `begin` is a multiple of the largest power of two within the range, so that
// every full subtree met on the way is a stored node.
Hash hash_of(std::int64_t begin, std::int64_t end, const ReadNode& node) {
  const std::int64_t n = end - begin;
  if (std::has_single_bit(static_cast<std::uint64_t>(n))) {
    return node(node_index(std::countr_zero(static_cast<std::uint64_t>(n)), begin / n));
  }
  const std::int64_t middle = begin + split(n);
  const Hash left = hash_of(begin, middle, node);
  return node_hash(left, hash_of(middle, end, node));
}

// PATH(m, D[begin:end])
void add_path(std::vector<Hash>& proof, std::int64_t m, std::int64_t begin, std::int64_t end,
              const ReadNode& node) {
  if (end - begin == 1) return;
  const std::int64_t middle = begin + split(end - begin);
  if (m < middle) {
    add_path(proof, m, begin, middle, node);
    proof.push_back(hash_of(middle, end, node));
  } else {
    add_path(proof, m, middle, end, node);
    proof.push_back(hash_of(begin, middle, node));
  }
}

// SUBPROOF(m, D[begin:end], known): `known` while the verifier has the hash of this very subtree.
void add_subproof(std::vector<Hash>& proof, std::int64_t m, std::int64_t begin, std::int64_t end, bool known,
                  const ReadNode& node) {
  if (m == end) {
    if (!known) proof.push_back(hash_of(begin, end, node));
    return;
  }
  const std::int64_t middle = begin + split(end - begin);
  if (m <= middle) {
    add_subproof(proof, m, begin, middle, known, node);
    proof.push_back(hash_of(middle, end, node));
  } else {
    add_subproof(proof, m, middle, end, false, node);
    proof.push_back(hash_of(begin, middle, node));
  }
}

}  // namespace

Hash leaf_hash(std::string_view entry) {
  return sha256_of({std::string_view("\x00", 1), entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
  return sha256_of({std::string_view("\x01", 1), bytes_of(left), bytes_of(right)});
}

Hash empty_root() {
  return sha256_of({});
}

std::int64_t node_index(int level, std::int64_t n) {
  for (int i = 0; i < level; ++i) n = 2 * n + 1;
  std::int64_t index = level;
  for (; n > 0; n /= 2) index += n;
  return index;
}

std::int64_t node_count(std::int64_t size) {
  // Each leaf brings itself and one node for every full subtree that it closes: 2n minus the ones in n.
  return 2 * size - std::popcount(static_cast<std::uint64_t>(size));
}

Frontier Frontier::read(std::int64_t size, const ReadNode& node) {
  Frontier frontier;
  frontier.size_ = size;
  for (std::size_t level = 0; (size >> level) != 0; ++level) {
    const std::int64_t here = size >> level;
    if ((here & 1) != 0) frontier.edge_[level] = node(node_index(static_cast<int>(level), here - 1));
  }
  return frontier;
}

Hash Frontier::root() const {
  if (size_ == 0) return empty_root();
  auto level = static_cast<std::size_t>(std::countr_zero(static_cast<std::uint64_t>(size_)));
  Hash hash = edge_[level];
  for (++level; (size_ >> level) != 0; ++level) {
    if (((size_ >> level) & 1) != 0) hash = node_hash(edge_[level], hash);
  }
  return hash;
}

Hash tree_root(std::int64_t size, const ReadNode& node) {
  return size == 0 ? empty_root() : hash_of(0, size, node);
}

std::vector<Hash> inclusion_proof(std::int64_t seq, std::int64_t size, const ReadNode& node) {
  LATCHKEY_CHECK(seq >= 0 && seq < size);
  std::vector<Hash> proof;
  add_path(proof, seq, 0, size, node);
  return proof;
}

bool includes(const Hash& leaf, std::int64_t seq, std::int64_t size, const Hash& root,
              const std::vector<Hash>& proof) {
  if (seq < 0 || seq >= size) return false;
  std::int64_t fn = seq;
  std::int64_t sn = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      hash = node_hash(sibling, hash);
      for (; (fn & 1) == 0 && fn != 0; fn >>= 1) sn >>= 1;
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && hash == root;
}

std::vector<Hash> consistency_proof(std::int64_t from, std::int64_t to, const ReadNode& node) {
  LATCHKEY_CHECK(from >= 0 && from <= to);
  std::vector<Hash> proof;
  if (from > 0) add_subproof(proof, from, 0, to, true, node);
  return proof;
}

bool extends(std::int64_t from, const Hash& from_root, std::int64_t to, const Hash& to_root,
             const std::vector<Hash>& proof) {
  if (from < 0 || from > to) return false;
  if (from == 0) return proof.empty() && from_root == empty_root();
  if (from == to) return proof.empty() && from_root == to_root;
  std::size_t next = 0;
  const bool whole = std::has_single_bit(static_cast<std::uint64_t>(from));  // the first tree is a node
  if (!whole && proof.empty()) return false;
  Hash first = whole ? from_root : proof[next++];
  Hash second = first;
  std::int64_t fn = from - 1;
  std::int64_t sn = to - 1;
  for (; (fn & 1) != 0; fn >>= 1) sn >>= 1;
  for (; next < proof.size(); ++next) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      first = node_hash(proof[next], first);
      second = node_hash(proof[next], second);
      for (; (fn & 1) == 0 && fn != 0; fn >>= 1) sn >>= 1;
    } else {
      second = node_hash(second, proof[next]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && first == from_root && second == to_root;
}

}  // namespace latchkey::ledger

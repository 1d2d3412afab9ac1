#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "ledger/tree.h"

using namespace latchkey;
using namespace latchkey::ledger;

namespace {

std::string hex(const Hash& hash) {
  return to_hex(bytes_of(hash));
}

// A tree in memory, stored as a store keeps it.
struct Stored {
  Frontier frontier;
  std::vector<Hash> nodes;
  std::vector<Hash> roots{empty_root()};

  void append(std::string_view entry) {
    frontier.append(leaf_hash(entry), [this](std::int64_t index, const Hash& hash) {
      BOOST_REQUIRE_EQUAL(index, static_cast<std::int64_t>(nodes.size()));
      nodes.push_back(hash);
    });
    roots.push_back(frontier.root());
  }
  ReadNode reader() const {
    return [this](std::int64_t index) { return nodes.at(static_cast<std::size_t>(index)); };
  }
};

// MTH() of RFC 6962 section 2.1 as it is written there.
Hash by_definition(const std::vector<std::string>& entries, std::size_t begin, std::size_t end) {
  if (begin == end) return empty_root();
  if (end - begin == 1) return leaf_hash(entries[begin]);
  std::size_t k = 1;
  while (2 * k < end - begin) k *= 2;
  return node_hash(by_definition(entries, begin, begin + k), by_definition(entries, begin + k, end));
}

std::vector<std::string> entries_up_to(std::size_t count) {
  std::vector<std::string> entries;
  for (std::size_t i = 0; i < count; ++i) entries.push_back("entry " + std::to_string(i));
  return entries;
}

Stored tree_of(const std::vector<std::string>& entries) {
  Stored tree;
  for (const std::string& entry : entries) tree.append(entry);
  return tree;
}

constexpr std::int64_t kSize = 70;

}  // namespace

BOOST_AUTO_TEST_SUITE(tree_tests)

// The test leaves and roots that certificate-transparency implementations share.
BOOST_AUTO_TEST_CASE(roots_are_those_published_for_rfc_6962) {
  Stored tree;
  for (const char* leaf :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    tree.append(*from_hex(leaf));
  }
  BOOST_TEST(hex(tree.roots[1]) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  BOOST_TEST(hex(tree.roots[2]) == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
  BOOST_TEST(hex(tree.roots[3]) == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
  BOOST_TEST(hex(tree.roots[5]) == "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4");
  BOOST_TEST(hex(tree.roots[8]) == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  BOOST_TEST(hex(empty_root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

BOOST_AUTO_TEST_CASE(every_root_is_the_definition_however_it_is_computed) {
  const auto entries = entries_up_to(kSize);
  const Stored tree = tree_of(entries);
  for (std::int64_t size = 0; size <= kSize; ++size) {
    const Hash root = by_definition(entries, 0, static_cast<std::size_t>(size));
    BOOST_REQUIRE_EQUAL(hex(tree.roots[static_cast<std::size_t>(size)]), hex(root));
    BOOST_REQUIRE_EQUAL(hex(tree_root(size, tree.reader())), hex(root));
    BOOST_REQUIRE_EQUAL(hex(Frontier::read(size, tree.reader()).root()), hex(root));
  }
}

BOOST_AUTO_TEST_CASE(nodes_are_numbered_in_the_order_of_their_birth) {
  BOOST_TEST(node_index(0, 0) == 0);
  BOOST_TEST(node_index(0, 1) == 1);
  BOOST_TEST(node_index(1, 0) == 2);
  BOOST_TEST(node_index(0, 2) == 3);
  BOOST_TEST(node_index(2, 0) == 6);
  BOOST_TEST(node_index(3, 0) == 14);
  const Stored tree = tree_of(entries_up_to(kSize));
  BOOST_TEST(node_count(kSize) == static_cast<std::int64_t>(tree.nodes.size()));
}

BOOST_AUTO_TEST_CASE(an_edge_that_was_read_goes_on_like_the_one_that_grew) {
  const auto entries = entries_up_to(kSize);
  const Stored whole = tree_of(entries);
  for (std::size_t size = 0; size < entries.size(); ++size) {
    Frontier edge = Frontier::read(static_cast<std::int64_t>(size), whole.reader());
    edge.append(leaf_hash(entries[size]), [&](std::int64_t index, const Hash& hash) {
      BOOST_REQUIRE_EQUAL(hex(hash), hex(whole.nodes.at(static_cast<std::size_t>(index))));
    });
    BOOST_REQUIRE_EQUAL(hex(edge.root()), hex(whole.roots[size + 1]));
  }
}

BOOST_AUTO_TEST_CASE(every_inclusion_is_proved_and_nothing_else) {
  const auto entries = entries_up_to(kSize);
  const Stored tree = tree_of(entries);
  for (std::int64_t size = 1; size <= kSize; ++size) {
    const Hash& root = tree.roots[static_cast<std::size_t>(size)];
    for (std::int64_t seq = 0; seq < size; ++seq) {
      auto proof = inclusion_proof(seq, size, tree.reader());
      const Hash leaf = leaf_hash(entries[static_cast<std::size_t>(seq)]);
      BOOST_REQUIRE(includes(leaf, seq, size, root, proof));
      BOOST_REQUIRE(!includes(leaf_hash("other"), seq, size, root, proof));
      BOOST_REQUIRE(!includes(leaf, seq + 1, size, root, proof));
      BOOST_REQUIRE(!includes(leaf, seq, size, empty_root(), proof));
      proof.push_back(leaf);
      BOOST_REQUIRE(!includes(leaf, seq, size, root, proof));
      proof.pop_back();
      if (proof.empty()) continue;
      proof.pop_back();
      BOOST_REQUIRE(!includes(leaf, seq, size, root, proof));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_growth_is_proved_and_nothing_else) {
  const Stored tree = tree_of(entries_up_to(kSize));
  for (std::int64_t to = 0; to <= kSize; ++to) {
    const Hash& to_root = tree.roots[static_cast<std::size_t>(to)];
    for (std::int64_t from = 0; from <= to; ++from) {
      const Hash& from_root = tree.roots[static_cast<std::size_t>(from)];
      auto proof = consistency_proof(from, to, tree.reader());
      BOOST_REQUIRE(extends(from, from_root, to, to_root, proof));
      BOOST_REQUIRE(!extends(from, leaf_hash("other"), to, to_root, proof));
      if (from > 0) BOOST_REQUIRE(!extends(from, from_root, to, leaf_hash("other"), proof));
      proof.push_back(leaf_hash("more"));
      BOOST_REQUIRE(!extends(from, from_root, to, to_root, proof));
    }
  }
  BOOST_TEST(!extends(2, tree.roots[2], 1, tree.roots[1], {}));
}

BOOST_AUTO_TEST_SUITE_END()

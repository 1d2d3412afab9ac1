#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "base/locked_memory.h"

namespace latchkey {
namespace {

std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

bool is_zero(const char* block, std::size_t size) {
  return std::all_of(block, block + size, [](char c) { return c == 0; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(locked_memory_tests)

BOOST_AUTO_TEST_CASE(blocks_of_every_size_are_zeroed_and_lie_apart) {
  std::vector<std::pair<char*, std::size_t>> blocks;
  for (const std::size_t size : {1U, 63U, 64U, 65U, 128U, 1000U, 4096U, 4097U, 70'000U}) {
    for (int i = 0; i < 40; ++i) blocks.emplace_back(take_locked(size), size);
  }
  for (auto [block, size] : blocks) {
    BOOST_TEST(is_zero(block, size));
    std::fill_n(block, size, 'k');
  }
  std::sort(blocks.begin(), blocks.end());
  for (std::size_t i = 1; i < blocks.size(); ++i)
    BOOST_TEST((blocks[i - 1].first + blocks[i - 1].second <= blocks[i].first));
  for (auto [block, size] : blocks) give_back_locked(block, size);
}

BOOST_AUTO_TEST_CASE(block_that_is_taken_again_holds_nothing_of_the_secret_before) {
  char* first = take_locked(200);
  std::fill_n(first, 200, 'k');
  give_back_locked(first, 200);
  char* second = take_locked(200);
  BOOST_TEST(static_cast<void*>(second) == static_cast<void*>(first));
  BOOST_TEST(is_zero(second, 256));
  give_back_locked(second, 200);
}

BOOST_AUTO_TEST_CASE(small_blocks_share_what_was_mapped_once) {
  std::vector<char*> blocks(1000);
  for (char*& block : blocks) block = take_locked(100);
  const std::size_t before = mappings();
  for (int round = 0; round < 3; ++round) {
    for (char*& block : blocks) give_back_locked(block, 100);
    for (char*& block : blocks) block = take_locked(100);
  }
  BOOST_TEST(mappings() == before);
  for (char* block : blocks) give_back_locked(block, 100);
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_for_nothing) {
  BOOST_TEST(static_cast<void*>(take_locked(0)) == nullptr);
  give_back_locked(nullptr, 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace latchkey

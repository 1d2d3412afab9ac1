#include "base/locked_memory.h"

#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <vector>

#include "base/error.h"

namespace latchkey {
namespace {

constexpr std::size_t kSmallestBlock = 64;
constexpr std::size_t kLargestBlock = 4096;
constexpr std::size_t kPiece = std::size_t{64} * 1024;  // what is mapped at a time

char* map_locked(std::size_t size) {
  // The kernel rounds the length up to whole pages.
  void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw Error("no memory for a secret");
  // Each of these only narrows where the bytes could show up; a system that grants none of them still works.
  (void)mlock(pages, size);
  (void)madvise(pages, size, MADV_DONTDUMP);
#ifdef MADV_WIPEONFORK
  (void)madvise(pages, size, MADV_WIPEONFORK);
#endif
  return static_cast<char*>(pages);
}

// Blocks of the sizes 64, 128, … 4096. What is free is known outside the pages: a fork finds those zeroed,
// and bytes that belong to secrets hold nothing else. A list has room for all its blocks, so giving back
// never allocates.
class Pool {
 public:
  char* take(std::size_t size) {
    const std::size_t order = order_of(size);
    const std::lock_guard lock(mutex_);
    std::vector<char*>& free = free_.at(order);
    if (free.empty()) grow(order);
    char* block = free.back();
    free.pop_back();
    return block;
  }
  void give_back(char* block, std::size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    free_[order_of(size)].push_back(block);
  }

 private:
  static std::size_t order_of(std::size_t size) {
    return static_cast<std::size_t>(std::bit_width((std::max(size, kSmallestBlock) - 1) / kSmallestBlock));
  }
  void grow(std::size_t order) {
    const std::size_t block = kSmallestBlock << order;
    blocks_.at(order) += kPiece / block;
    free_.at(order).reserve(blocks_.at(order));
    char* piece = map_locked(kPiece);
    for (std::size_t at = kPiece; at > 0; at -= block) free_.at(order).push_back(piece + at - block);
  }

  std::mutex mutex_;
  std::array<std::vector<char*>, 7> free_;
  std::array<std::size_t, 7> blocks_{};
};

// Never destroyed: secrets in static objects may outlive every static pool.
Pool& pool() {
  static Pool* const pool = new Pool;
  return *pool;
}

}  // namespace

char* take_locked(std::size_t size) {
  if (size == 0) return nullptr;
  return size > kLargestBlock ? map_locked(size) : pool().take(size);
}

void give_back_locked(char* block, std::size_t size) noexcept {
  if (block == nullptr) return;
  explicit_bzero(block, size);
  if (size > kLargestBlock) {
    munmap(block, size);
  } else {
    pool().give_back(block, size);
  }
}

}  // namespace latchkey

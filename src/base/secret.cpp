#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <utility>

#include "base/error.h"

namespace latchkey {

Secret::Secret(std::string_view bytes) {
  if (bytes.empty()) return;
  // A mapping of its own, because locking and the advice below work on whole pages. The kernel rounds the
  // length up.
  void* pages = mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw Error("no memory for a secret");
  // Each of these only narrows where the bytes could show up; a system that grants none of them still works.
  (void)mlock(pages, bytes.size());
  (void)madvise(pages, bytes.size(), MADV_DONTDUMP);
#ifdef MADV_WIPEONFORK
  (void)madvise(pages, bytes.size(), MADV_WIPEONFORK);
#endif
  data_ = static_cast<char*>(pages);
  size_ = bytes.size();
  memcpy(data_, bytes.data(), size_);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Secret::~Secret() {
  wipe();
}

void Secret::wipe() {
  if (data_ == nullptr) return;
  explicit_bzero(data_, size_);
  munmap(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

void wipe(std::string& text) {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

void forbid_core_dumps() {
  const rlimit none{0, 0};
  if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0) {
    throw Error("core dumps of this process cannot be switched off");
  }
}

}  // namespace latchkey

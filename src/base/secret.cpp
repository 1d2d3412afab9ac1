#include "base/secret.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <utility>

#include "base/error.h"
#include "base/locked_memory.h"

namespace latchkey {

Secret::Secret(std::string_view bytes) : Secret(bytes.size()) {
  if (!bytes.empty()) memcpy(data_, bytes.data(), size_);
}

Secret::Secret(std::size_t size) : data_(take_locked(size)), size_(size) {}

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
  give_back_locked(std::exchange(data_, nullptr), std::exchange(size_, 0));
}

void SecretBuilder::append(std::string_view bytes) {
  LATCHKEY_CHECK(bytes.size() <= room_.size_ - used_);
  if (!bytes.empty()) memcpy(room_.data_ + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

Secret SecretBuilder::take() {
  Secret written(room_.reveal().substr(0, used_));
  room_.wipe();
  used_ = 0;
  return written;
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

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace latchkey {

/// A link, token or key in memory: locked against swap, left out of core dumps, wiped when it goes. It cannot
/// be copied, printed or compared by accident; `reveal()` is the one way to the bytes and is easy to find in
/// review.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  /// The bytes, valid until this Secret is moved from, wiped or destroyed.
  std::string_view reveal() const { return {data_, size_}; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  /// A second Secret with the same bytes; a copy must be asked for.
  Secret copy() const { return Secret(reveal()); }
  void wipe();

 private:
  friend class SecretBuilder;
  explicit Secret(std::size_t size);  // zeros

  char* data_ = nullptr;  // from take_locked()
  std::size_t size_ = 0;
};

/// Puts a Secret together piece by piece, in locked memory from the first byte on.
class SecretBuilder {
 public:
  /// Room for `most` bytes; to append more is a bug.
  explicit SecretBuilder(std::size_t most) : room_(most) {}
  void append(std::string_view bytes);
  void append(char byte) { append({&byte, 1}); }
  /// What was appended; the builder has no room left afterwards.
  Secret take();

 private:
  Secret room_;
  std::size_t used_ = 0;
};

/// Overwrites the whole capacity of a string that held a secret and empties it.
void wipe(std::string& text);

/// Makes the process undumpable (no core file, no ptrace by others of the same user). Called first in main.
void forbid_core_dumps();

}  // namespace latchkey

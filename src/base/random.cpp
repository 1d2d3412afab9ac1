#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace latchkey {

std::uint64_t Random::below(std::uint64_t bound) {
  LATCHKEY_CHECK(bound > 0);
  // 2^64 is seldom a multiple of the bound; the first 2^64 mod bound values would come up once too often.
  const std::uint64_t rejected = (0 - bound) % bound;
  for (;;) {
    std::string drawn = bytes(sizeof(std::uint64_t));
    std::uint64_t value = 0;
    std::memcpy(&value, drawn.data(), sizeof value);
    if (value >= rejected) return value % bound;
  }
}

std::string SystemRandom::bytes(std::size_t count) {
  std::string out(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    ssize_t got = getrandom(out.data() + filled, count - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Error("the system gives no random bytes");
    filled += static_cast<std::size_t>(got);
  }
  return out;
}

}  // namespace latchkey

#include "sandbox/seeded_random.h"

namespace latchkey::sandbox {

std::string SeededRandom::bytes(std::size_t count) {
  const std::lock_guard lock(mutex_);
  std::string result(count, '\0');
  for (char& byte : result) byte = static_cast<char>(engine_() >> 56);
  return result;
}

}  // namespace latchkey::sandbox

#include "support/source_dir.h"

namespace latchkey::test {

std::filesystem::path source_dir() {
  return LATCHKEY_SOURCE_DIR;
}

}  // namespace latchkey::test

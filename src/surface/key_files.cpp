#include "surface/key_files.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"

namespace latchkey::surface {

Secret read_key(const std::filesystem::path& path, const std::string& field) {
  const Secret text = read_secret_file(path, field);
  auto bytes = from_hex(text.reveal());
  if (!bytes || bytes->size() != 32) throw InputError("invalid_request", field, "expected 32 bytes in hex");
  Secret key(*bytes);
  wipe(*bytes);
  return key;
}

}  // namespace latchkey::surface

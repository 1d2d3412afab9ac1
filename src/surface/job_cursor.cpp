#include "surface/job_cursor.h"

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/error.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kMarkLength = 8;
constexpr std::size_t kIdLength = 8;

std::string mark_of(const std::string& question) {
  return sha256("latchkey/jobs-cursor/v1" + std::string(1, '\0') + question).substr(0, kMarkLength);
}

}  // namespace

std::string job_cursor(std::int64_t after_id, const std::string& question) {
  std::string bytes = mark_of(question);
  const auto id = static_cast<std::uint64_t>(after_id);
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(id >> shift & 0xff));
  return to_hex(bytes);
}

std::int64_t after_id_of(const std::string& cursor, const std::string& question) {
  const auto bytes = from_hex(cursor);
  const InputError foreign("invalid_request", "cursor",
                           "is no cursor of this question; give nextCursor of an answer as it came, with the "
                           "same filters");
  if (!bytes || bytes->size() != kMarkLength + kIdLength ||
      bytes->substr(0, kMarkLength) != mark_of(question)) {
    throw foreign;
  }
  std::uint64_t id = 0;
  for (const char byte : bytes->substr(kMarkLength)) id = id << 8 | static_cast<unsigned char>(byte);
  if (id > static_cast<std::uint64_t>(INT64_MAX)) throw foreign;
  return static_cast<std::int64_t>(id);
}

}  // namespace latchkey::surface

#include "surface/list_cursor.h"

#include <string_view>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/error.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kMarkLength = 8;
constexpr std::size_t kIdLength = 8;
constexpr std::string_view kJobs = "latchkey/jobs-cursor/v1";
constexpr std::string_view kBatches = "latchkey/batches-cursor/v1";

std::string mark_of(std::string_view list, const std::string& question) {
  return sha256(std::string(list) + std::string(1, '\0') + question).substr(0, kMarkLength);
}

[[noreturn]] void refuse() {
  throw InputError("invalid_request", "cursor",
                   "is no cursor of this question; give nextCursor of an answer as it came, with the "
                   "same filters");
}

/// What a cursor of this list and question holds.
std::string place_in(const std::string& cursor, std::string_view list, const std::string& question) {
  const auto bytes = from_hex(cursor);
  if (!bytes || bytes->size() <= kMarkLength || bytes->substr(0, kMarkLength) != mark_of(list, question))
    refuse();
  return bytes->substr(kMarkLength);
}

}  // namespace

std::string job_cursor(std::int64_t after_id, const std::string& question) {
  std::string bytes = mark_of(kJobs, question);
  const auto id = static_cast<std::uint64_t>(after_id);
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(id >> shift & 0xff));
  return to_hex(bytes);
}

std::int64_t after_id_of(const std::string& cursor, const std::string& question) {
  const std::string place = place_in(cursor, kJobs, question);
  std::uint64_t id = 0;
  for (const char byte : place) id = id << 8 | static_cast<unsigned char>(byte);
  if (place.size() != kIdLength || id > static_cast<std::uint64_t>(INT64_MAX)) refuse();
  return static_cast<std::int64_t>(id);
}

std::string batch_cursor(const std::string& after_batch, const std::string& question) {
  return to_hex(mark_of(kBatches, question) + after_batch);
}

std::string after_batch_of(const std::string& cursor, const std::string& question) {
  return place_in(cursor, kBatches, question);
}

}  // namespace latchkey::surface

#include "base/ids.h"

#include <algorithm>
#include <cstddef>

#include "base/encoding.h"

namespace latchkey {
namespace {

constexpr std::size_t kIdMax = 64;

bool is_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '-';
}

// 48 bits of Unix milliseconds, then 80 random bits: what is made together lies together in an index.
std::string time_and_random_bytes(TimePoint now, Random& random) {
  std::string id(6, '\0');
  const auto ms = static_cast<std::uint64_t>(to_ms(now));
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<char>(ms >> (8 * (5 - i)));
  return id + random.bytes(10);
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdMax && std::all_of(text.begin(), text.end(), is_id_character);
}

std::string make_uuid7(TimePoint now, Random& random) {
  // RFC 9562 section 5.7: 48 bits of Unix milliseconds, version, 12 random bits, variant, 62 random bits.
  std::string id = time_and_random_bytes(now, random);
  id[6] = static_cast<char>((id[6] & 0x0F) | 0x70);
  id[8] = static_cast<char>((id[8] & 0x3F) | 0x80);

  std::string text = to_hex(id);
  for (std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

std::string make_subject_id(TimePoint now, Random& random) {
  return to_base64url(time_and_random_bytes(now, random));
}

std::optional<std::string_view> telling_part(std::string_view text) {
  for (const std::string_view sign : {"cus_", "lk_"}) {
    if (text.find(sign) != std::string_view::npos) return sign;
  }
  return std::nullopt;
}

}  // namespace latchkey

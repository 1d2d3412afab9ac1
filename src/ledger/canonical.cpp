#include "ledger/canonical.h"

#include <array>
#include <cstring>

namespace latchkey::ledger {
namespace {

constexpr std::size_t kCanonicalMax = 4096;
constexpr std::int64_t kWholeMax = (std::int64_t{1} << 53) - 1;

// What a byte may be within a string.
enum class Byte : unsigned char { Plain, Quote, Escape, Control, Wide };

constexpr std::array<Byte, 256> kBytes = [] {
  std::array<Byte, 256> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = i < 0x20 ? Byte::Control : i >= 0x80 ? Byte::Wide : Byte::Plain;
  }
  bytes['"'] = Byte::Quote;
  bytes['\\'] = Byte::Escape;
  return bytes;
}();

constexpr unsigned char octet(char c) {
  return static_cast<unsigned char>(c);
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_letter_or_digit(char c) {
  return is_small(c) || (c >= 'A' && c <= 'Z') || is_digit(c);
}

// Whether none of eight bytes needs a closer look (bit tricks of Hacker's Delight, section 6-1). May say no
// where it is yes; then they are looked at one by one.
bool all_plain(const char* bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = kOnes * 0x80;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto zeros = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word;
  const std::uint64_t special = zeros(word ^ (kOnes * '"')) | zeros(word ^ (kOnes * '\\'));
  return ((word | control | special) & kHigh) == 0;
}

}  // namespace

CanonicalReader::CanonicalReader(std::string_view bytes)
    : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {
  if (bytes.size() > kCanonicalMax) flaw_ = "it is longer than 4096 bytes";
}

bool CanonicalReader::fail(const char* flaw) {
  flaw_ = flaw;
  return false;
}

bool CanonicalReader::take(char c) {
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  return true;
}

bool CanonicalReader::next(Member& member) {
  if (flaw_ != nullptr || closed_) return false;
  const bool first = at_ == begin_;
  if (first && !take('{')) return fail("it does not begin with {");
  if (first && take('}')) return close();
  if (!read_key(member) || !read_value(member)) return false;
  if (take(',')) return true;
  if (!take('}')) return fail("a member does not end with , or }");
  close();
  return flaw_ == nullptr;
}

// Nothing may follow the object. Always false: there is no further member.
bool CanonicalReader::close() {
  closed_ = true;
  if (at_ != end_) fail("something follows the object");
  return false;
}

bool CanonicalReader::read_key(Member& member) {
  if (!take('"')) return fail("a key does not begin with a quote");
  const char* from = at_;
  if (at_ == end_ || !is_small(*at_)) return fail("a key is not camelCase");
  while (at_ != end_ && is_letter_or_digit(*at_)) ++at_;
  member.key = {from, static_cast<std::size_t>(at_ - from)};
  if (!take('"')) return fail("a key is not camelCase");
  if (!take(':')) return fail("no colon follows a key");
  if (member.key <= previous_key_) return fail("its keys are not in order, or one is there twice");
  previous_key_ = member.key;
  return true;
}

bool CanonicalReader::read_value(Member& member) {
  if (at_ == end_) return fail("it ends within a member");
  if (*at_ == '"') return read_string(member);
  if (is_digit(*at_)) return read_integer(member);
  member.kind = Member::Kind::Boolean;
  member.text = {};
  member.integer = *at_ == 't' ? 1 : 0;
  return read_word(member.integer == 1 ? "true" : "false");
}

bool CanonicalReader::read_word(std::string_view word) {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  if (!rest.starts_with(word)) return fail("a value is no string, true, false or whole number");
  at_ += word.size();
  return true;
}

bool CanonicalReader::read_string(Member& member) {
  const char* from = ++at_;
  for (;;) {
    while (end_ - at_ >= 8 && all_plain(at_)) at_ += 8;
    while (at_ != end_ && kBytes[octet(*at_)] == Byte::Plain) ++at_;
    if (at_ == end_) return fail("a string does not end");
    switch (kBytes[octet(*at_)]) {
      case Byte::Quote:
        member.kind = Member::Kind::String;
        member.text = {from, static_cast<std::size_t>(at_ - from)};
        member.integer = 0;
        ++at_;
        return true;
      case Byte::Escape:
        if (!read_escape()) return false;
        break;
      case Byte::Wide:
        if (!read_utf8()) return false;
        break;
      default:
        return fail("a string holds a control character that is not escaped");
    }
  }
}

// RFC 8785 section 3.2.2.2: five control characters have a short form, the others four lower-case digits, and
// nothing else but quote and backslash is escaped at all.
bool CanonicalReader::read_escape() {
  constexpr const char* kFlaw = "a string holds an escape that is not the shortest form of its character";
  constexpr std::string_view kShort = "btnfr";
  if (end_ - at_ < 2) return fail("a string does not end");
  const char kind = at_[1];
  if (kind == '"' || kind == '\\' || kShort.find(kind) != std::string_view::npos) {
    at_ += 2;
    return true;
  }
  if (kind != 'u' || end_ - at_ < 6 || at_[2] != '0' || at_[3] != '0') return fail(kFlaw);
  const bool high = at_[4] == '0' || at_[4] == '1';
  const bool low = is_digit(at_[5]) || (at_[5] >= 'a' && at_[5] <= 'f');
  if (!high || !low) return fail(kFlaw);
  if (at_[4] == '0' && std::string_view("89acd").find(at_[5]) != std::string_view::npos) return fail(kFlaw);
  at_ += 6;
  return true;
}

// The well-formed sequences of the Unicode standard, table 3-7.
bool CanonicalReader::read_utf8() {
  const auto bad = [this] { return fail("a string is not UTF-8"); };
  const unsigned char lead = octet(*at_);
  const std::ptrdiff_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || end_ - at_ < length) return bad();
  const unsigned char second = octet(at_[1]);
  const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < least || second > most) return bad();
  for (std::ptrdiff_t i = 2; i < length; ++i) {
    if ((octet(at_[i]) & 0xC0) != 0x80) return bad();
  }
  at_ += length;
  return true;
}

bool CanonicalReader::read_integer(Member& member) {
  const char* from = at_;
  std::int64_t value = 0;
  for (; at_ != end_ && is_digit(*at_); ++at_) {
    value = value * 10 + (*at_ - '0');
    if (value > kWholeMax) return fail("a number is larger than 2^53-1");
  }
  if (*from == '0' && at_ - from > 1) return fail("a number begins with 0");
  member.kind = Member::Kind::Integer;
  member.text = {from, static_cast<std::size_t>(at_ - from)};
  member.integer = value;
  return true;
}

}  // namespace latchkey::ledger

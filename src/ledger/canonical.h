#pragma once

#include <cstdint>
#include <string_view>

namespace latchkey::ledger {

/// One member of an entry, as it stands in the entry's bytes.
struct Member {
  enum class Kind { String, Integer, Boolean };
  std::string_view key;
  Kind kind = Kind::String;
  /// What stands between the quotes, escapes and all. In the canonical form two texts are the same if and
  /// only if their spellings are, so nothing needs to be undone in order to compare.
  std::string_view text;
  std::int64_t integer = 0;  ///< of a Boolean: 0 or 1
};

/// Reads an entry's bytes in one pass and takes nothing but the one spelling that docs/ledger.md allows (RFC
/// 8785, restricted): one flat object of at most 4,096 bytes without white space; keys ASCII camelCase, each
/// greater than the one before; values strings of well-formed UTF-8 with the shortest escapes, true, false,
/// or integers from 0 to 2^53-1. Allocates nothing; the views are into the bytes it was given.
class CanonicalReader {
 public:
  explicit CanonicalReader(std::string_view bytes);

  /// The next member; false at the end, or where the bytes are not canonical: then flaw() says why.
  bool next(Member& member);
  /// What is wrong, as the end of a sentence; nullptr while nothing is.
  const char* flaw() const { return flaw_; }
  /// How far it came, in bytes.
  std::int64_t at() const { return at_ - begin_; }

 private:
  bool fail(const char* flaw);
  bool close();
  bool take(char c);
  bool read_key(Member& member);
  bool read_value(Member& member);
  bool read_string(Member& member);
  bool read_escape();
  bool read_utf8();
  bool read_integer(Member& member);
  bool read_word(std::string_view word);

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* flaw_ = nullptr;
  bool closed_ = false;
  std::string_view previous_key_;
};

}  // namespace latchkey::ledger

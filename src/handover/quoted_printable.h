#pragma once

#include <optional>
#include <string_view>

#include "base/secret.h"

namespace latchkey::handover {

/// Writes text in quoted-printable (RFC 2045, 6.7): ASCII lines of at most 76 characters, ended by CR LF, out
/// of UTF-8 with any line ends. What it is given may come in pieces, cut anywhere.
class QuotedPrintable {
 public:
  /// Whatever the text, it becomes at most so many times as long.
  static constexpr std::size_t kGrowth = 4;

  /// `out` must have room for what is written.
  explicit QuotedPrintable(SecretBuilder& out) : out_(out) {}
  void write(std::string_view text);
  /// Ends the text, without a line end of its own.
  void finish();

 private:
  void put(char c);
  void put_encoded(char c);
  void make_room(std::size_t columns);
  void settle();

  SecretBuilder& out_;
  std::size_t column_ = 0;
  std::optional<char> held_;  // a space, tab or CR: what it becomes depends on what comes next
};

}  // namespace latchkey::handover

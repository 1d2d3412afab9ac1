#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"

namespace latchkey::job {

/// Throws the InputError of a file that nobody can make rows of, with the physical line that shows it.
[[noreturn]] void reject_file(int line, const std::string& message);

/// The physical lines of a text file, and the digest of all its bytes. Holds one piece of the file at a time.
class FileLines {
 public:
  /// A longer line is not one that a person or an export wrote.
  static constexpr std::size_t kLineMax = 64 * 1024;

  /// `in` must outlive this object and is read by nobody else meanwhile.
  explicit FileLines(std::istream& in);

  /// The next line with the LF, CRLF or CR that ends it; nullopt at the end of the file. A byte order mark is
  /// cut. The bytes are valid until the next call. Throws InputError for a line above kLineMax or one that is
  /// not UTF-8, Error when the stream fails.
  std::optional<std::string_view> next();
  /// Makes next() give the same line once more.
  void unread();
  /// The physical line that next() gave last, from 1.
  int number() const { return number_; }
  /// SHA-256 of every byte of the file in hex, once next() has given nullopt; to be asked for once.
  std::string digest();

 private:
  bool refill();
  std::size_t line_size();

  std::istream& in_;
  Sha256 sha256_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what is not given out yet
  std::string_view line_;  // within buffer_
  bool at_end_ = false;
  bool repeat_ = false;
  int number_ = 0;
};

}  // namespace latchkey::job

#include "job/file_lines.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace latchkey::job {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kChunk = 64 * 1024;

}  // namespace

void reject_file(int line, const std::string& message) {
  throw InputError("invalid_request", "line " + std::to_string(line) + ": " + message, {{"", message, line}});
}

FileLines::FileLines(std::istream& in) : in_(in) {}

std::optional<std::string_view> FileLines::next() {
  if (repeat_) {
    repeat_ = false;
    return line_;
  }
  const std::size_t size = line_size();
  if (size == 0) return std::nullopt;
  line_ = std::string_view(buffer_).substr(begin_, size);
  begin_ += size;
  ++number_;
  if (number_ == 1 && line_.starts_with(kByteOrderMark)) line_.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(line_)) reject_file(number_, "is not UTF-8; save the file as UTF-8");
  return line_;
}

void FileLines::unread() {
  repeat_ = true;
}

std::string FileLines::digest() {
  return to_hex(sha256_.finish());
}

/// Puts another chunk behind what is left in the buffer. False at the end of the file.
bool FileLines::refill() {
  if (at_end_) return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kChunk);
  in_.read(buffer_.data() + kept, static_cast<std::streamsize>(kChunk));
  if (in_.bad()) throw Error("the file cannot be read to its end");
  const auto got = static_cast<std::size_t>(in_.gcount());
  buffer_.resize(kept + got);
  sha256_.update(std::string_view(buffer_).substr(kept));
  at_end_ = got < kChunk;
  return got > 0;
}

/// The bytes of the line that starts at begin_, its end included; 0 at the end of the file.
std::size_t FileLines::line_size() {
  for (std::size_t searched = 0;;) {
    const std::string_view rest = std::string_view(buffer_).substr(begin_);
    const std::size_t end = rest.find_first_of("\r\n", searched);
    const bool found = end != std::string_view::npos;
    // A CR that is the last byte at hand may be half of a CRLF.
    const bool decided = found && (rest[end] == '\n' || end + 1 < rest.size());
    if ((found ? end : rest.size()) > kLineMax) reject_file(number_ + 1, "is longer than 64 KiB");
    if (decided) return rest[end] == '\r' && rest[end + 1] == '\n' ? end + 2 : end + 1;
    searched = found ? end : rest.size();
    if (!refill()) return rest.size();
  }
}

}  // namespace latchkey::job

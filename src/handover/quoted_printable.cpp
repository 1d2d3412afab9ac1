#include "handover/quoted_printable.h"

#include <array>

namespace latchkey::handover {

void QuotedPrintable::write(std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      if (held_ && *held_ != '\r') put_encoded(*held_);  // white space at a line's end gets lost on the way
      held_.reset();
      out_.append("\r\n");
      column_ = 0;
      continue;
    }
    settle();
    if (c == ' ' || c == '\t' || c == '\r') {
      held_ = c;
    } else if (c > ' ' && c < 0x7F && c != '=') {
      put(c);
    } else {
      put_encoded(c);
    }
  }
}

void QuotedPrintable::finish() {
  if (held_) put_encoded(*held_);
  held_.reset();
}

void QuotedPrintable::settle() {
  if (!held_) return;
  if (*held_ == '\r') {
    put_encoded(*held_);
  } else {
    put(*held_);
  }
  held_.reset();
}

void QuotedPrintable::put(char c) {
  make_room(1);
  out_.append(c);
  ++column_;
}

void QuotedPrintable::put_encoded(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  make_room(3);
  const auto byte = static_cast<unsigned char>(c);
  const std::array<char, 3> code{'=', kDigits[byte >> 4], kDigits[byte & 15]};
  out_.append({code.data(), code.size()});
  column_ += code.size();
}

void QuotedPrintable::make_room(std::size_t columns) {
  constexpr std::size_t kLineMax = 76;
  if (column_ + columns < kLineMax) return;  // one column is for the "=" of a soft line end
  out_.append("=\r\n");
  column_ = 0;
}

}  // namespace latchkey::handover

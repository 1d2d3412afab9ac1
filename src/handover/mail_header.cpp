#include "handover/mail_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace latchkey::handover {
namespace {

// What remains of a line of 76 beside "List-Unsubscribe: " or a shorter name.
constexpr std::size_t kPlainMax = 58;
// 39 bytes are 52 characters of base64, 64 with what is around them, and the header's name fits before it.
constexpr std::size_t kEncodedBytesMax = 39;

bool is_plain(std::string_view text) {
  return text.size() <= kPlainMax && text.find("=?") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

bool is_phrase(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '-';
  });
}

std::string encoded_words(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    std::size_t count = std::min(text.size(), kEncodedBytesMax);
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    while (count < text.size() && count > 1 && continues(text[count])) --count;  // no character in two words
    if (!words.empty()) words += "\r\n ";
    words += "=?utf-8?B?" + to_base64(text.substr(0, count)) + "?=";
    text.remove_prefix(count);
  }
  return words;
}

}  // namespace

std::string header_text(std::string_view utf8) {
  std::string text(utf8);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }, ' ');
  return is_plain(text) ? text : encoded_words(text);
}

std::string header_mailbox(const job::Mailbox& mailbox) {
  if (mailbox.name.empty()) return mailbox.address;
  const std::string address = " <" + mailbox.address + ">";
  const std::string name = header_text(mailbox.name);
  if (name != mailbox.name) return name + "\r\n" + address;
  if (is_phrase(name)) return name + address;
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return "\"" + quoted + "\"" + address;
}

std::string header_date(TimePoint t) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(t - midnight));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     kDays.at(std::chrono::weekday(midnight).c_encoding()), static_cast<unsigned>(date.day()),
                     kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace latchkey::handover

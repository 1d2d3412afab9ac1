#include "base/time_text.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/error.h"

namespace latchkey {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

tm local_parts(TimePoint t) {
  const time_t whole = floor<seconds>(t).time_since_epoch().count();
  tm parts{};
  if (localtime_r(&whole, &parts) == nullptr) throw Error("a time that this machine's calendar cannot show");
  return parts;
}

std::string format_parts(const tm& parts, const char* pattern) {
  std::array<char, 64> text{};
  return {text.data(), strftime(text.data(), text.size(), pattern, &parts)};
}

/// Reads a text from the left; every step says whether it found what it wanted.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool one_of(std::string_view characters, char* found = nullptr) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    if (found != nullptr) *found = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool read_date(Reader& reader, std::chrono::sys_days& date) {
  int year = 0, month = 0, day = 0;
  if (!reader.number(4, year) || !reader.one_of("-") || !reader.number(2, month) || !reader.one_of("-") ||
      !reader.number(2, day)) {
    return false;
  }
  const std::chrono::year_month_day parts{std::chrono::year(year),
                                          std::chrono::month(static_cast<unsigned>(month)),
                                          std::chrono::day(static_cast<unsigned>(day))};
  if (!parts.ok()) return false;
  date = parts;
  return true;
}

bool read_time_of_day(Reader& reader, Millis& time) {
  int hour = 0, minute = 0, second = 0;
  if (!reader.number(2, hour) || !reader.one_of(":") || !reader.number(2, minute) || !reader.one_of(":") ||
      !reader.number(2, second) || hour > 23 || minute > 59 || second > 59) {
    return false;
  }
  time = hours(hour) + minutes(minute) + seconds(second);
  if (!reader.one_of(".")) return true;

  constexpr int kFractionDigitsMax = 9;
  int digits = 0, digit = 0, fraction_ms = 0;
  for (; reader.number(1, digit); ++digits) {
    if (digits < 3) fraction_ms = fraction_ms * 10 + digit;
  }
  for (int i = digits; i < 3; ++i) fraction_ms *= 10;
  time += Millis(fraction_ms);
  return digits >= 1 && digits <= kFractionDigitsMax;
}

bool read_zone(Reader& reader, minutes& offset) {
  char sign = 0;
  if (!reader.one_of("Zz+-", &sign)) return false;
  offset = minutes(0);
  if (sign == 'Z' || sign == 'z') return true;
  int hour = 0, minute = 0;
  if (!reader.number(2, hour) || !reader.one_of(":") || !reader.number(2, minute) || hour > 23 ||
      minute > 59) {
    return false;
  }
  offset = hours(hour) + minutes(minute);
  if (sign == '-') offset = -offset;
  return true;
}

struct Unit {
  std::string_view in_config;
  std::string_view for_people;
  std::int64_t ms;
};
constexpr std::array<Unit, 5> kUnits{{{"d", "d", 86'400'000},
                                      {"h", "h", 3'600'000},
                                      {"m", "min", 60'000},
                                      {"s", "s", 1'000},
                                      {"ms", "ms", 1}}};

}  // namespace

// By hand, since two or three of them are in every entry: fmt takes four times as long.
std::string format_utc(TimePoint t) {
  const auto midnight = floor<days>(t);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss time(t - midnight);
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&text](std::size_t at, std::size_t width, std::int64_t value) {
    for (; width > 0; value /= 10) text[at + --width] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, std::clamp(static_cast<int>(date.year()), 0, 9999));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, time.hours().count());
  put(14, 2, time.minutes().count());
  put(17, 2, time.seconds().count());
  put(20, 3, time.subseconds().count());
  return text;
}

std::string format_local(TimePoint t) {
  return format_parts(local_parts(t), "%Y-%m-%d %H:%M:%S %Z");
}

std::string format_local_short(TimePoint t, TimePoint now) {
  const tm parts = local_parts(t);
  const tm today = local_parts(now);
  const bool same_day = parts.tm_year == today.tm_year && parts.tm_yday == today.tm_yday;
  return format_parts(parts, same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S");
}

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  Reader reader(text);
  std::chrono::sys_days date;
  Millis time{};
  minutes offset{};
  if (!read_date(reader, date) || !reader.one_of("Tt") || !read_time_of_day(reader, time) ||
      !read_zone(reader, offset) || !reader.at_end()) {
    return std::nullopt;
  }
  const TimePoint utc = date + time - offset;
  // The zone may carry the first or last hours of the calendar into a year that format_utc could not write.
  const int year = static_cast<int>(std::chrono::year_month_day(floor<days>(utc)).year());
  if (year < 0 || year > 9999) return std::nullopt;
  return utc;
}

std::optional<Millis> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  std::size_t next_unit = 0;  // units go from large to small, each at most once
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    std::int64_t count = 0;
    for (char c : text.substr(0, digits)) {
      if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, c - '0', &count)) {
        return std::nullopt;
      }
    }
    text.remove_prefix(digits);

    const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
    while (next_unit < kUnits.size() && kUnits[next_unit].in_config != name) ++next_unit;
    if (next_unit == kUnits.size()) return std::nullopt;
    if (__builtin_mul_overflow(count, kUnits[next_unit].ms, &count) ||
        __builtin_add_overflow(sum, count, &sum)) {
      return std::nullopt;
    }
    ++next_unit;
    text.remove_prefix(name.size());
  }
  return Millis(sum);
}

std::string format_duration(Millis d) {
  if (d < Millis(0)) return "-" + format_duration(-d);
  if (d == Millis(0)) return "0s";
  std::string text;
  std::int64_t rest = d.count();
  for (const Unit& unit : kUnits) {
    if (rest >= unit.ms) text += fmt::format("{}{}", rest / unit.ms, unit.in_config);
    rest %= unit.ms;
  }
  return text;
}

std::string format_span(Millis d) {
  if (d < Millis(0)) return "-" + format_span(-d);
  if (d == Millis(0)) return "0 s";
  std::size_t largest = 0;
  while (d.count() < kUnits[largest].ms) ++largest;
  const Unit& unit = kUnits[largest];
  std::string text = fmt::format("{} {}", d.count() / unit.ms, unit.for_people);
  // One more unit is worth reading, but nobody needs the milliseconds of some seconds.
  if (largest + 2 >= kUnits.size()) return text;
  const Unit& next = kUnits[largest + 1];
  const std::int64_t more = d.count() % unit.ms / next.ms;
  return more == 0 ? text : fmt::format("{} {} {}", text, more, next.for_people);
}

}  // namespace latchkey

// The five fields become sets of bits. The next time is found from the largest field down: whole years,
// months and days that do not match are stepped over, and the first hour and minute of a day that does are
// the lowest bits left. No step is ever a minute.
#include "job/cron.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace latchkey::job {
namespace {

constexpr int kYearMost = 9999;
// Within 28 years of the Gregorian calendar that no century breaks, each day of the year falls on each
// weekday.
constexpr int kEveryDayFrom = 2000, kEveryDayUntil = 2028;

struct CronField {
  std::string_view name;
  int least;
  int most;
  std::array<std::string_view, 12> names;  ///< of the values from `least` on; empty: none
};

constexpr std::array<CronField, 5> kFields{
    {{"minute", 0, 59, {}},
     {"hour", 0, 23, {}},
     {"day of month", 1, 31, {}},
     {"month", 1, 12, {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
     {"day of week", 0, 7, {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}}};
constexpr std::size_t kDayOfMonth = 2, kMonth = 3, kDayOfWeek = 4;

struct Shorthand {
  std::string_view word;
  std::string_view meaning;
};
constexpr std::array<Shorthand, 5> kShorthands{{{"@hourly", "0 * * * *"},
                                                {"@daily", "0 0 * * *"},
                                                {"@weekly", "0 0 * * 0"},
                                                {"@monthly", "0 0 1 * *"},
                                                {"@yearly", "0 0 1 1 *"}}};

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find_first_of(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words = split(text, " \t");
  std::erase(words, std::string_view());
  return words;
}

std::string quoted(std::string_view text) {
  return "\"" + shown(text) + "\"";
}

/// Reads one field; its errors name it.
class FieldReader {
 public:
  FieldReader(const CronField& field, std::string_view text, const std::string& setting)
      : field_(field), text_(text), setting_(setting) {}

  std::uint64_t read() const {
    std::uint64_t bits = 0;
    for (const std::string_view part : split(text_, ",")) bits |= read_part(part);
    return bits;
  }

 private:
  /// "*", "5", "1-5", each but the second with "/n".
  std::uint64_t read_part(std::string_view part) const {
    const std::size_t slash = part.find('/');
    const std::string_view range = part.substr(0, slash);
    const std::size_t dash = range.find('-');
    int first = field_.least;
    int last = field_.most;
    if (range != "*") {
      first = read_value(range.substr(0, dash), part);
      last = dash == std::string_view::npos ? first : read_value(range.substr(dash + 1), part);
      // A week that is written from Monday on ends with Sunday.
      if (is_weekday() && last == 0 && first > 0) last = 7;
      if (last < first) fail("expected a range that ends after it begins", part);
    }
    int step = 1;
    if (slash != std::string_view::npos) {
      const std::string_view text = part.substr(slash + 1);
      if (range != "*" && dash == std::string_view::npos) {
        fail("expected a range before the step, such as " + std::to_string(first) + "-" +
                 std::to_string(is_weekday() ? 6 : field_.most) + "/" + std::string(shown(text)),
             part);
      }
      const int most = field_.most - field_.least;
      step = whole_number(text).value_or(0);
      if (step < 1 || step > most) fail("expected a step from 1 to " + std::to_string(most), part);
    }
    std::uint64_t bits = 0;
    for (int value = first; value <= last; value += step) {
      bits |= std::uint64_t{1} << (is_weekday() ? value % 7 : value);
    }
    return bits;
  }

  int read_value(std::string_view text, std::string_view part) const {
    for (std::size_t i = 0; i < field_.names.size() && !field_.names[i].empty(); ++i) {
      if (to_lower(text) == to_lower(field_.names[i])) return field_.least + static_cast<int>(i);
    }
    const auto value = whole_number(text);
    if (!value || *value < field_.least || *value > field_.most) fail("expected " + expected(), part);
    return *value;
  }

  std::string expected() const {
    std::string text = std::to_string(field_.least) + " to " + std::to_string(field_.most);
    if (is_weekday()) return text + " or SUN to SAT";
    if (!field_.names[0].empty()) return text + " or JAN to DEC";
    return text;
  }
  bool is_weekday() const { return &field_ == &kFields[kDayOfWeek]; }

  [[noreturn]] void fail(const std::string& message, std::string_view part) const {
    const std::string place = part == text_ ? "" : " in " + quoted(text_);
    throw InputError("invalid_request", setting_,
                     std::string(field_.name) + ": " + message + ", got " + quoted(part) + place);
  }

  const CronField& field_;
  const std::string_view text_;
  const std::string& setting_;
};

[[noreturn]] void fail_shorthand(std::string_view word, const std::string& setting) {
  std::vector<std::string> known;
  std::string all;
  for (const Shorthand& each : kShorthands) {
    known.emplace_back(each.word);
    all += (all.empty() ? "" : &each == &kShorthands.back() ? " or " : ", ") + std::string(each.word);
  }
  std::string message = "expected " + all + ", got " + quoted(word);
  if (const auto meant = nearest(word, known)) message += "; did you mean \"" + *meant + "\"?";
  throw InputError("invalid_request", setting, message);
}

/// The lowest bit from `from` on.
std::optional<int> first_bit(std::uint64_t bits, int from) {
  const std::uint64_t rest = bits >> from;
  if (rest == 0) return std::nullopt;
  return from + std::countr_zero(rest);
}

bool has_bit(std::uint64_t bits, int n) {
  return ((bits >> n) & 1) != 0;
}

/// Perhaps minute 60, which has no bit.
LocalTime minute_after(const LocalTime& t) {
  return {t.year, t.month, t.day, t.hour, t.minute + 1, 0};
}

std::chrono::year_month month_of(const LocalTime& t) {
  return {std::chrono::year(t.year), std::chrono::month(static_cast<unsigned>(t.month))};
}

int length_of_month(const LocalTime& t) {
  return static_cast<int>(static_cast<unsigned>((month_of(t) / std::chrono::last).day()));
}

int weekday_of(const LocalTime& t) {
  return static_cast<int>(std::chrono::weekday(std::chrono::local_days(month_of(t) / t.day)).c_encoding());
}

}  // namespace

Cron Cron::parse(std::string_view text, const std::string& field) {
  Cron cron;
  cron.text_ = trim(text);
  std::string_view expression = cron.text_;
  if (expression.starts_with('@')) {
    const auto* const found =
        std::find_if(kShorthands.begin(), kShorthands.end(),
                     [&](const Shorthand& each) { return each.word == to_lower(expression); });
    if (found == kShorthands.end()) fail_shorthand(expression, field);
    expression = found->meaning;
  }
  const std::vector<std::string_view> words = words_of(expression);
  if (words.size() != kFields.size()) {
    throw InputError("invalid_request", field,
                     "expected five fields (minute, hour, day of month, month, day of week) such as "
                     "\"0 9 * * MON\", got " +
                         std::to_string(words.size()));
  }
  const std::array<std::uint64_t*, 5> sets{&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_,
                                           &cron.weekdays_};
  for (std::size_t i = 0; i < sets.size(); ++i) *sets[i] = FieldReader(kFields[i], words[i], field).read();
  cron.either_day_ = !words[kDayOfMonth].starts_with('*') && !words[kDayOfWeek].starts_with('*');
  if (!cron.first_from({kEveryDayFrom, 1, 1, 0, 0, 0}, kEveryDayUntil)) {
    throw InputError(
        "invalid_request", field,
        "never runs: no month of " + quoted(words[kMonth]) + " has a day " + quoted(words[kDayOfMonth]));
  }
  return cron;
}

std::optional<LocalTime> Cron::next(const LocalTime& after) const {
  return first_from(minute_after(after), kYearMost);
}

std::optional<LocalTime> Cron::next_that_day(const LocalTime& before) const {
  return time_of_day(minute_after(before));
}

bool Cron::matches(const LocalTime& t) const {
  return t.second == 0 && has_bit(minutes_, t.minute) && has_bit(hours_, t.hour) &&
         has_bit(months_, t.month) && has_day(t);
}

/// `from` may be anywhere in its day; what is returned is not before it.
std::optional<LocalTime> Cron::first_from(LocalTime from, int last_year) const {
  while (from.year <= last_year) {
    const auto month = first_bit(months_, from.month);
    if (!month) {
      from = {from.year + 1, 1, 1, 0, 0, 0};
      continue;
    }
    if (*month != from.month) from = {from.year, *month, 1, 0, 0, 0};
    const int length = length_of_month(from);
    for (; from.day <= length; from = {from.year, from.month, from.day + 1, 0, 0, 0}) {
      if (!has_day(from)) continue;
      if (const auto found = time_of_day(from)) return found;
    }
    from = {from.year, from.month + 1, 1, 0, 0, 0};  // month 13 has no bit
  }
  return std::nullopt;
}

std::optional<LocalTime> Cron::time_of_day(LocalTime from) const {
  const auto hour = first_bit(hours_, from.hour);
  if (!hour) return std::nullopt;
  if (*hour != from.hour) from.minute = 0;
  const auto minute = first_bit(minutes_, from.minute);
  if (minute) return LocalTime{from.year, from.month, from.day, *hour, *minute, 0};
  const auto later = first_bit(hours_, *hour + 1);
  if (!later) return std::nullopt;
  return LocalTime{from.year, from.month, from.day, *later, std::countr_zero(minutes_), 0};
}

bool Cron::has_day(const LocalTime& t) const {
  const bool of_month = has_bit(days_, t.day);
  if (of_month == either_day_) return of_month;  // whatever the day of the week
  return has_bit(weekdays_, weekday_of(t));
}

}  // namespace latchkey::job

#include "job/send_window.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace latchkey::job {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using LocalMoment = std::chrono::local_time<Millis>;

constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::optional<std::size_t> weekday_named(std::string_view text) {
  const auto* const found = std::find(kWeekdays.begin(), kWeekdays.end(), to_lower(trim(text)));
  if (found == kWeekdays.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kWeekdays.begin());
}

LocalMoment shown_in(const TimeZone::Period& period, TimePoint t) {
  return LocalMoment(t.time_since_epoch() + period.offset);
}
TimePoint moment_in(const TimeZone::Period& period, LocalMoment t) {
  return TimePoint(t.time_since_epoch() - period.offset);
}

bool has(const Weekdays& weekdays, LocalMoment t) {
  return weekdays[std::chrono::weekday(floor<days>(t)).c_encoding()];
}

}  // namespace

std::optional<Weekdays> parse_weekdays(std::string_view text) {
  Weekdays weekdays{};
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
    const std::size_t dash = part.find('-');
    const auto first = weekday_named(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : weekday_named(part.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    for (std::size_t day = *first;; day = (day + 1) % weekdays.size()) {
      weekdays[day] = true;
      if (day == *last) break;
    }
  }
  return weekdays;
}

std::optional<minutes> parse_time_of_day(std::string_view text) {
  constexpr std::string_view kForm = "08:00";
  if (text.size() != kForm.size() || text[2] != ':') return std::nullopt;
  const auto hour = whole_number(text.substr(0, 2));
  const auto minute = whole_number(text.substr(3));
  if (!hour || !minute || *minute > 59) return std::nullopt;
  const minutes time = hours(*hour) + minutes(*minute);
  if (time > hours(24)) return std::nullopt;
  return time;
}

SendWindow::SendWindow(TimeZone zone, const Weekdays& weekdays, minutes from, minutes to)
    : zone_(std::move(zone)), weekdays_(weekdays), from_(from), to_(to) {
  LATCHKEY_CHECK(minutes(0) <= from_ && from_ < to_ && to_ <= hours(24));
  LATCHKEY_CHECK(open_a_week() > Millis(0) && open_a_week() < days(7));
}

bool SendWindow::open(TimePoint t) const {
  return shown_open(shown_in(zone_.period(t), t));
}

TimePoint SendWindow::first_open(TimePoint from) const {
  for (TimePoint t = from;;) {
    const TimeZone::Period period = zone_.period(t);
    const LocalMoment now = shown_in(period, t);
    if (shown_open(now)) return t;
    LocalMoment opening = floor<days>(now) + from_;
    while (opening < now || !has(weekdays_, opening)) opening += days(1);
    const TimePoint moment = moment_in(period, opening);
    if (moment < period.end) return moment;
    t = period.end;  // the clocks are set before that
  }
}

TimePoint SendWindow::closes(TimePoint inside) const {
  LATCHKEY_CHECK(open(inside));
  for (TimePoint t = inside;;) {
    const TimeZone::Period period = zone_.period(t);
    LocalMoment closing = floor<days>(shown_in(period, t)) + to_;
    while (shown_open(closing)) closing += days(1);  // until 24:00, and on from 0:00
    const TimePoint moment = moment_in(period, closing);
    if (moment < period.end) return moment;
    t = period.end;
    if (!open(t)) return t;
  }
}

Millis SendWindow::open_a_week() const {
  return std::count(weekdays_.begin(), weekdays_.end(), true) * (to_ - from_);
}

Millis SendWindow::open_between(TimePoint begin, TimePoint end) const {
  Millis sum(0);
  for (TimePoint t = first_open(begin); t < end; t = first_open(t)) {
    const TimePoint closing = std::min(closes(t), end);
    sum += closing - t;
    t = closing;
  }
  return sum;
}

bool SendWindow::shown_open(LocalMoment t) const {
  const auto time = t - floor<days>(t);
  return has(weekdays_, t) && from_ <= time && time < to_;
}

}  // namespace latchkey::job

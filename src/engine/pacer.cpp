#include "engine/pacer.h"

#include <algorithm>

namespace latchkey::engine {
namespace {

constexpr Millis kFirstStep{15'000};

TimePoint whole(job::Micros t) {
  return TimePoint(std::chrono::ceil<Millis>(t));
}

}  // namespace

// Rounded up, as the rate's interval is: no hour holds more than was announced.
job::Micros Pacer::spacing(const job::Rate& rate, int calls, int margin) {
  const int share = 100 - std::clamp(margin, 0, 90);
  return (rate.interval * calls * 100 + job::Micros(share - 1)) / share;
}

Pacer::Pacer(Forecasts& forecasts, Pace pace, TimePoint begin)
    : forecasts_(forecasts), pace_(std::move(pace)), next_(begin.time_since_epoch()) {
  spacing_ = spacing(pace_.rate, pace_.calls, pace_.margin);
}

// Asked for every row of a large file: the zone's database is looked into once a day of the window.
TimePoint Pacer::opened(TimePoint t) {
  if (!pace_.window) return t;
  if (open_from_ && t >= *open_from_ && t < *open_until_) return t;
  const TimePoint open = pace_.window->first_open(t);
  open_from_ = open;
  open_until_ = pace_.window->closes(open);
  return open;
}

bool Pacer::fits(TimePoint t) {
  return pace_.rate.unlimited() ||
         forecasts_.can_be_fresh(pace_.provider, t, pace_.lifetime / 3, pace_.calls);
}

// Looks into the gaps of what others have queued, ever further apart; at the latest it goes where the gate
// has nothing else to do.
TimePoint Pacer::next_that_fits(TimePoint t) {
  const TimePoint free = forecasts_.first_free(pace_.provider, t, pace_.calls);
  for (Millis step = kFirstStep; t + step < free; step *= 2) {
    if (fits(t + step)) return t + step;
  }
  return std::max(free, t + Millis(1));
}

TimePoint Pacer::earliest() {
  return opened(whole(next_));
}

TimePoint Pacer::next() {
  TimePoint due = earliest();
  while (!fits(due)) due = opened(next_that_fits(due));
  forecasts_.take(pace_.provider, due, pace_.calls);
  next_ = std::max(next_, job::Micros(due.time_since_epoch())) + spacing_;
  return due;
}

}  // namespace latchkey::engine

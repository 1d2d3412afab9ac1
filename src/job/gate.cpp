// The generic cell rate algorithm (GCRA, ITU-T I.371) in its virtual-scheduling form: `tat` is when the next
// call would be due if calls came evenly. A call may come up to burst-1 intervals before it.
#include "job/gate.h"

#include <algorithm>

namespace latchkey::job {
namespace {

Micros since_epoch(TimePoint t) {
  return t.time_since_epoch();
}

Micros tolerance(const Rate& rate) {
  return rate.interval * (rate.burst - 1);
}

TimePoint round_up(Micros time) {
  return TimePoint(std::chrono::ceil<Millis>(time));
}

}  // namespace

int admits(const Gate& gate, const Rate& rate, TimePoint now, int wanted) {
  if (gate.paused || wanted <= 0) return 0;
  if (gate.wait_until && now < *gate.wait_until) return 0;
  if (rate.unlimited()) return wanted;
  const Micros start = std::max(gate.tat, since_epoch(now));
  const Micros room = since_epoch(now) + tolerance(rate) - start;
  if (room < Micros(0)) return 0;
  return static_cast<int>(std::min<std::int64_t>(wanted, room / rate.interval + 1));
}

void spend(Gate& gate, const Rate& rate, TimePoint now, int count) {
  if (rate.unlimited()) return;
  gate.tat = std::max(gate.tat, since_epoch(now)) + rate.interval * count;
}

std::optional<TimePoint> opens_at(const Gate& gate, const Rate& rate, TimePoint now) {
  if (gate.paused) return std::nullopt;
  TimePoint opens = now;
  if (!rate.unlimited()) opens = std::max(opens, round_up(gate.tat - tolerance(rate)));
  if (gate.wait_until) opens = std::max(opens, *gate.wait_until);
  return opens;
}

void hold_back(Gate& gate, TimePoint until) {
  if (!gate.wait_until || *gate.wait_until < until) gate.wait_until = until;
}

void rebase(Gate& gate, TimePoint before, TimePoint after) {
  const Micros step = since_epoch(after) - since_epoch(before);
  gate.tat = std::max(Micros(0), gate.tat + step);
  if (gate.wait_until) *gate.wait_until += after - before;
}

}  // namespace latchkey::job

#include "engine/clock_rules.h"

#include "job/gate.h"

namespace latchkey::engine {

Millis clock_step(const Instant& before, const Instant& now) {
  constexpr Millis kNoise{250};
  const Millis step = (now.wall - before.wall) - (now.boot - before.boot);
  return std::chrono::abs(step) < kNoise ? Millis(0) : step;
}

void clock_was_set(Context& context, Millis step) {
  ledger::Entry jump;
  jump.type = ledger::EntryType::ClockJump;
  jump.direction = step < Millis(0) ? "back" : "forward";
  jump.ms = std::chrono::abs(step).count();
  context.store.append(jump);
  context.store.shift_due_jobs(context.now.wall - step, step);
  context.store.shift_events(step);
  for (const job::Provider provider : job::kProviders) {
    job::Gate gate = context.store.gate(provider);
    job::rebase(gate, context.now.wall - step, context.now.wall);
    context.store.put_gate(gate);
  }
}

}  // namespace latchkey::engine

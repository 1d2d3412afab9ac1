#include "engine/recovery.h"

#include "engine/clock_rules.h"
#include "ledger/entry.h"

namespace latchkey::engine {
namespace {

// While no daemon ran, the clock may have been set back to before what the ledger has seen.
void look_at_clock(Context& context) {
  const std::int64_t size = context.store.head().size;
  if (size == 0) return;
  const ledger::Entry last = ledger::decode(context.store.entry(size - 1).value());
  const TimePoint seen = last.clock.value_or(last.t);
  if (context.now.wall >= seen) return;
  const Millis step = clock_step({seen, context.now.boot}, context.now);
  if (step != Millis(0)) clock_was_set(context, step);
}

}  // namespace

std::int64_t take_over(Context& context, HandOvers& hand_overs) {
  look_at_clock(context);
  const std::int64_t epoch = context.store.take_epoch();
  ledger::Entry start;
  start.type = ledger::EntryType::DaemonStart;
  start.build = LATCHKEY_VERSION;
  start.epoch = epoch;
  context.store.append(start);
  abandon_running(context, job::Code::Crash, hand_overs);
  for (job::Job& job : context.store.queued_reply_jobs()) {
    end_without_caller(context, job, job::Code::CallerGone, hand_overs);
  }
  context.store.drop_expired_tokens(context.now.wall);
  return epoch;
}

void abandon_running(Context& context, job::Code code, HandOvers& hand_overs) {
  for (job::Job& job : context.store.running_jobs()) apply_abandoned(context, job, code, hand_overs);
}

}  // namespace latchkey::engine

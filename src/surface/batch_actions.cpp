#include "surface/batch_actions.h"

#include "base/time_text.h"
#include "engine/batches.h"
#include "ledger/entry.h"
#include "surface/batch_view.h"
#include "surface/output.h"
#include "surface/pause.h"
#include "surface/progress_line.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

// So many entries are durable well within 50 ms, and the daemon's turns come in between.
constexpr int kCancelledAtOnce = 500;
constexpr Millis kLetTurnWrite{10};

std::string jobs_counted(std::int64_t number) {
  return counted(static_cast<std::size_t>(number), "job");
}

int print_action(StoreSession& session, const std::string& id, bool json, OrderedJson more,
                 const std::string& sentence) {
  Output out;
  if (json) {
    OrderedJson document = batch_json(find_view(session.store(), session.settings(), id, session.now()));
    for (const auto& [key, value] : more.items()) document[key] = value;
    out.line(document.dump());
  } else {
    out.line(sentence);
  }
  out.flush();
  return 0;
}

std::string stale_sentence(const engine::PauseOutlook& outlook) {
  if (!outlook.first_stale) return "Nothing of it is queued.";
  std::string text = jobs_counted(outlook.queued) + " of it " + (outlook.queued == 1 ? "is" : "are") +
                     " queued: unless it is resumed, the first goes stale at " +
                     format_local(*outlook.first_stale);
  if (*outlook.last_stale > *outlook.first_stale)
    text += ", all of them by " + format_local(*outlook.last_stale);
  return text + ".";
}

}  // namespace

int pause_one_batch(const GlobalOptions& global, const std::string& id, const std::string& reason) {
  ledger::check_reason(reason);
  StoreSession session(global);
  const engine::PauseOutlook outlook =
      session.write([&](engine::Context& context) { return engine::pause_batch(context, id, reason); });
  const auto time = [](const std::optional<TimePoint>& t) {
    return t ? OrderedJson(format_utc(*t)) : OrderedJson(nullptr);
  };
  return print_action(
      session, id, global.json,
      {{"firstStaleAt", time(outlook.first_stale)}, {"lastStaleAt", time(outlook.last_stale)}},
      id + " is paused: what runs finishes, and nothing more is taken until `latchkey batch resume " + id +
          "`. " + stale_sentence(outlook));
}

int resume_one_batch(const GlobalOptions& global, const std::string& id, const std::string& reason) {
  ledger::check_reason(reason);
  StoreSession session(global);
  const store::Batch batch =
      session.write([&](engine::Context& context) { return engine::resume_batch(context, id, reason); });
  const store::BatchCounts counts = session.store().batch_counts(id);
  std::string sentence = id + " goes on: " + jobs_counted(counts.queued) + " of it " +
                         (counts.queued == 1 ? "is" : "are") + " queued, each due when it was.";
  if (batch.finished_at || counts.open() == 0)
    sentence = id + " goes on, and nothing of it was left to be sent.";
  if (counts.stale > 0)
    sentence += " " + jobs_counted(counts.stale) + " went stale and " +
                (counts.stale == 1 ? "stays" : "stay") + " so.";
  return print_action(session, id, global.json, {}, sentence);
}

int cancel_one_batch(const GlobalOptions& global, const std::string& id, const std::string& reason) {
  ledger::check_reason(reason);
  StoreSession session(global);
  const std::int64_t before = session.store().batch_counts(id).cancelled;
  session.write([&](engine::Context& context) { return engine::cancel_batch(context, id, reason); });
  ProgressLine progress(!global.json);
  // From the commit above on nothing is taken; the daemon's turns do the same work as this loop.
  for (bool more = true; more;) {
    more = session.write([&](engine::Context& context) {
      auto batch = context.store.find_batch(id);
      return batch && engine::settle_batch(context, *batch, kCancelledAtOnce);
    });
    const store::BatchCounts now = session.store().batch_counts(id);
    progress.show(counted(static_cast<std::size_t>(now.cancelled)) + " cancelled, " +
                  counted(static_cast<std::size_t>(now.queued)) + " to go");
    if (more) pause(kLetTurnWrite);
  }
  progress.show("");
  const store::BatchCounts counts = session.store().batch_counts(id);
  const std::int64_t cancelled = counts.cancelled - before;
  std::string sentence = id + " is cancelled: " + jobs_counted(cancelled) + " will not be sent, " +
                         counted(static_cast<std::size_t>(counts.done)) + " had been.";
  if (counts.running > 0)
    sentence += " " + counted(static_cast<std::size_t>(counts.running)) +
                (counts.running == 1 ? " still runs." : " still run.");
  if (counts.held > 0)
    sentence += " " + jobs_counted(counts.held) + " may have been sent: latchkey jobs list --batch " + id +
                " --state held.";
  return print_action(session, id, global.json, {{"cancelledNow", cancelled}}, sentence);
}

}  // namespace latchkey::surface

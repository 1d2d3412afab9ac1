#include "surface/batch_list.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/time_text.h"
#include "surface/batch_view.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

// With a limit and no wish for the newest, the oldest are meant.
std::vector<store::Batch> wanted_batches(store::Store& store, const BatchQuestion& question) {
  const std::size_t limit =
      question.limit ? limit_word(*question.limit) : std::numeric_limits<std::size_t>::max();
  std::vector<store::Batch> batches;
  store.each_batch(question.definition, [&](const store::Batch& batch) {
    batches.push_back(batch);
    return !question.newest || batches.size() < limit;
  });
  if (!question.newest) std::reverse(batches.begin(), batches.end());
  if (batches.size() > limit) batches.resize(limit);
  return batches;
}

std::string short_time(const std::optional<TimePoint>& time, TimePoint now) {
  return time ? format_local_short(*time, now) : std::string("-");
}

}  // namespace

int list_batches(const GlobalOptions& global, const BatchQuestion& question) {
  StoreSession session(global, store::Access::ReadOnly);
  const TimePoint now = session.now();
  Output out;
  Table table(
      {"BATCH", "DEFINITION", "STATE", "JOBS", "DONE", "FAILED", "SUBMITTED", "LAST DUE", "FINISHED"});
  for (const std::size_t column : {3, 4, 5}) table.align_right(column);
  for (const store::Batch& batch : wanted_batches(session.store(), question)) {
    const BatchView view = view_of(session.store(), session.settings(), batch, now);
    if (global.json) {
      out.line(batch_json(view).dump());
      continue;
    }
    const auto number = [](std::int64_t count) { return counted(static_cast<std::size_t>(count)); };
    const std::int64_t failed = view.failures();
    table.add({batch.id, batch.definition, batch_state_cell(batch.state), number(view.counts.all()),
               number(view.counts.done), Cell(number(failed), failed > 0 ? Paint::Bad : Paint::Plain),
               format_local_short(batch.created_at, now), short_time(view.planned("lastDueAt"), now),
               short_time(batch.finished_at, now)});
  }
  if (!global.json) out.text(table.empty() ? "No batch fits.\n" : table.text(Output::coloured()));
  out.flush();
  return 0;
}

}  // namespace latchkey::surface

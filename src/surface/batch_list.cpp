#include "surface/batch_list.h"

#include <limits>

#include "base/time_text.h"
#include "surface/batch_view.h"
#include "surface/output.h"
#include "surface/store_session.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

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
  const std::size_t limit =
      question.limit ? limit_word(*question.limit) : std::numeric_limits<std::size_t>::max();
  std::size_t count = 0;
  const auto show = [&](const store::Batch& batch) {
    const BatchView view = view_of(session.store(), session.settings(), batch, now);
    const bool more = ++count < limit && out.wanted();
    if (global.json) {
      out.line(batch_json(view).dump());
      return more;
    }
    const auto number = [](std::int64_t jobs) { return counted(static_cast<std::size_t>(jobs)); };
    const std::int64_t failed = view.failures();
    table.add({batch.id, batch.definition, batch_state_cell(batch.state), number(view.counts.all()),
               number(view.counts.done), Cell(number(failed), failed > 0 ? Paint::Bad : Paint::Plain),
               format_local_short(batch.created_at, now), short_time(view.planned("lastDueAt"), now),
               short_time(batch.finished_at, now)});
    return more;
  };
  session.store().each_batch({question.definition, std::nullopt, question.newest}, show);
  if (!global.json) out.text(table.empty() ? "No batch fits.\n" : table.text(Output::coloured()));
  out.flush();
  return 0;
}

}  // namespace latchkey::surface

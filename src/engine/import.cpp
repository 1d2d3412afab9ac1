#include "engine/import.h"

#include <algorithm>

#include "engine/door.h"
#include "engine/submit.h"

namespace latchkey::engine {
namespace {

// What is left of the promised 50 ms is for the commit.
constexpr Millis kFilling{30};

ImportedRow row_of(Submitted submitted) {
  const job::Job& job = submitted.job;
  return {job.request_id, job.standing.state, job.due_at, job.expires_at, job.last_seq, submitted.created};
}

Submitted store_row(Context& context, const job::RecipientsFile& file, std::size_t at, std::int64_t import) {
  try {
    return submit(context, file.good[at], import);
  } catch (const InputError& error) {
    std::vector<FieldError> errors = error.errors();
    for (FieldError& one : errors) one.line = file.good_lines[at];
    throw InputError(
        error.code(),
        "the queue has changed while the file was being stored; none of it will be sent: run the "
        "command again",
        std::move(errors));
  }
}

}  // namespace

void check_at_door(const ImportParts& parts, job::RecipientsFile& file) {
  const Instant now = parts.clock.now();
  Forecasts forecasts(parts.store, parts.settings, now.wall);
  Context context{parts.store, parts.random, parts.settings, forecasts, now, parts.actor};
  if (!file.good.empty()) require_offered(context, file.good.front());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < file.good.size(); ++i) {
    try {
      admit_at_door(context, file.good[i]);
    } catch (const InputError& error) {
      for (FieldError one : error.errors()) {
        one.line = file.good_lines[i];
        file.broken.push_back(std::move(one));
      }
      continue;
    }
    if (kept != i) {
      file.good[kept] = std::move(file.good[i]);
      file.good_lines[kept] = file.good_lines[i];
    }
    ++kept;
  }
  file.good.resize(kept);
  file.good_lines.resize(kept);
  std::stable_sort(file.broken.begin(), file.broken.end(),
                   [](const FieldError& a, const FieldError& b) { return a.line < b.line; });
}

std::vector<ImportedRow> store_rows(const ImportParts& parts, const job::RecipientsFile& file) {
  const bool large = file.good.size() > kSmallImport;
  Forecasts forecasts(parts.store, parts.settings, parts.clock.now().wall);
  std::vector<ImportedRow> rows;
  rows.reserve(file.good.size());
  std::int64_t import = 0;
  while (rows.size() < file.good.size()) {
    store::Transaction transaction(parts.store);
    const Instant begun = transaction.now();
    Context context{parts.store, parts.random, parts.settings, forecasts, begun, parts.actor};
    if (large && import == 0) import = parts.store.open_import();
    do {
      rows.push_back(row_of(store_row(context, file, rows.size(), import)));
    } while (rows.size() < file.good.size() && (!large || parts.clock.now().boot - begun.boot < kFilling));
    const bool last = rows.size() == file.good.size();
    if (large && last) parts.store.complete_import(import);
    transaction.commit();
    if (parts.progress) parts.progress(rows.size());
    if (!last && parts.let_others_write) parts.let_others_write();
  }
  return rows;
}

}  // namespace latchkey::engine

#include "engine/import.h"

#include <algorithm>

#include "base/time_text.h"
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

void add_broken(job::RecipientsFile& file, const InputError& error, int line) {
  for (FieldError one : error.errors()) {
    one.line = line;
    file.broken.push_back(std::move(one));
  }
}

// The rows that the limit cannot admit while they are fresh, and when it would admit them.
struct BeyondLimit {
  std::size_t rows = 0;
  int first_line = 0;
  TimePoint last;

  void add(Forecasts& forecasts, const job::Submission& submission, int calls, int line, TimePoint now) {
    const TimePoint due = submission.at.value_or(now);
    last = std::max(last, forecasts.first_free(submission.provider, due, calls));
    forecasts.take(submission.provider, due, calls);
    if (rows++ == 0) first_line = line;
  }

  InputError rejection(const job::RecipientsFile& file, const ProviderSettings& settings) const {
    const std::string text = std::to_string(rows) + " of " + std::to_string(file.good.size()) +
                             " rows cannot be sent while they are fresh: the provider admits " +
                             settings.rate.text + ". --pace spreads them, and the last is due at " +
                             format_utc(last);
    return InputError("cannot_be_fresh", text,
                      {{"at", "is the first that would be stale by then", first_line}});
  }
};

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

std::optional<InputError> check_at_door(const ImportParts& parts, job::RecipientsFile& file) {
  const Instant now = parts.clock.now();
  Forecasts forecasts(parts.store, parts.settings, now.wall);
  Context context{parts.store, parts.random, parts.settings, forecasts, now, parts.actor};
  if (!file.good.empty()) require_offered(context, file.good.front());
  BeyondLimit beyond;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < file.good.size(); ++i) {
    try {
      admit_at_door(context, file.good[i]);
    } catch (const InputError& error) {
      if (error.code() != "cannot_be_fresh") {
        add_broken(file, error, file.good_lines[i]);
        continue;
      }
      beyond.add(forecasts, file.good[i], parts.settings.calls_of(file.good[i].hand_over), file.good_lines[i],
                 now.wall);
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
  if (beyond.rows == 0) return std::nullopt;
  return beyond.rejection(file, parts.settings.of(file.good.front().provider));
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

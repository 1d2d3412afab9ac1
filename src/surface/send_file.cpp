#include "surface/send_file.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"
#include "base/time_text.h"
#include "engine/import.h"
#include "surface/outlook.h"
#include "surface/output.h"
#include "surface/pause.h"
#include "surface/progress_line.h"
#include "surface/report_error.h"
#include "surface/store_session.h"
#include "surface/table.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

using job::Provider;
using job::RecipientsFile;

// Long enough for a daemon that sleeps between two tries for the lock, short beside a transaction.
constexpr Millis kLetOthersWrite{10};

RecipientsFile read_file_or_stdin(const std::string& path, Provider provider,
                                  const job::SubmissionLimits& limits, ProgressLine& progress) {
  const auto report = [&](int rows) {
    progress.show(counted(static_cast<std::size_t>(rows), "row") + " read");
  };
  if (path == "-") return job::read_recipients(std::cin, provider, limits, report);
  if (std::filesystem::is_directory(path)) throw Error(path + " is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(path + " cannot be opened: check that it exists and may be read");
  return job::read_recipients(in, provider, limits, report);
}

// --at and --lifetime hold for the rows that say nothing else.
void apply_defaults(RecipientsFile& file, const SendOptions& options, Provider provider,
                    const job::SubmissionLimits& limits) {
  job::Draft draft;
  (provider == Provider::Mayar ? draft.email : draft.customer_id) =
      provider == Provider::Mayar ? "any@example.com" : "cus_any";
  draft.at = options.at;
  draft.lifetime = options.lifetime;
  if (limits.hand_over == job::HandOver::Email) draft.deliver_to = "any@example.com";
  const job::Submission defaults = job::check_draft(draft, provider, limits);
  for (job::Submission& row : file.good) {
    if (!row.at) row.at = defaults.at;
    if (!row.lifetime) row.lifetime = defaults.lifetime;
    row.pace = options.pace;
  }
}

// No row names its hand-over: it is one for all.
job::HandOver hand_over_of_rows(const SendOptions& options, Provider provider) {
  if (!options.hand_over) return job::HandOver::None;
  const auto hand_over = job::hand_over_named(*options.hand_over);
  if (provider == Provider::Mayar || !hand_over || *hand_over == job::HandOver::None) {
    throw InputError("invalid_request", "handover",
                     provider == Provider::Mayar ? "mayar mails the link itself; leave it out"
                                                 : "expected \"claim\" or \"email\"");
  }
  return *hand_over;
}

std::size_t broken_rows(const RecipientsFile& file) {
  std::unordered_set<int> lines;
  for (const FieldError& error : file.broken) lines.insert(error.line);
  return lines.size();
}

InputError broken_error(const RecipientsFile& file, bool left_out) {
  const std::size_t broken = broken_rows(file);
  std::string summary = counted(broken, "row") + " of " + counted(static_cast<std::size_t>(file.rows)) +
                        (broken == 1 ? " is broken" : " are broken");
  if (left_out) {
    summary += " and left out";
  } else {
    summary += file.good.empty() ? "; nothing was queued"
                                 : "; nothing was queued (--skip-invalid queues the others)";
  }
  return InputError("invalid_request", summary, file.broken);
}

// Broken rows end the command, or are listed on stderr and left out.
void settle_broken(const RecipientsFile& file, bool skip, bool json) {
  if (file.broken.empty()) return;
  const bool left_out = skip && !file.good.empty();
  const InputError error = broken_error(file, left_out);
  if (!left_out) throw error;
  std::string text = json ? error_document(error).dump() + "\n" : error_text(error);
  text.pop_back();
  note(text);
}

void note_unknown(const RecipientsFile& file) {
  if (file.unknown.empty()) return;
  std::string names;
  for (const std::string& name : file.unknown) names += (names.empty() ? "" : ", ") + shown(name);
  note("latchkey: not read, because nothing here knows them: " + names);
}

std::string limit_words(const job::Rate& rate, Provider provider, std::size_t jobs) {
  if (rate.unlimited() || jobs < 2) return {};
  const auto span =
      std::chrono::ceil<std::chrono::seconds>(rate.interval * static_cast<std::int64_t>(jobs - 1));
  return std::string(name(provider)) + " admits " + rate.text + ", so " + counted(jobs, "job") + " take " +
         format_span(span) + " at least.";
}

std::string summary_words(const RecipientsFile& file, std::size_t created, std::size_t stale) {
  std::string text = counted(static_cast<std::size_t>(file.rows), "row") + ": " + counted(created) + " new";
  const auto add = [&text](std::size_t number, const std::string& what) {
    if (number > 0) text += ", " + counted(number) + " " + what;
  };
  add(file.good.size() - created, "already there");
  add(static_cast<std::size_t>(file.repeated), "repeated in the file");
  add(broken_rows(file), "broken and left out");
  add(stale, "stale already and never sent");
  return text + ".";
}

void print_summary(StoreSession& session, const RecipientsFile& file,
                   const std::vector<engine::ImportedRow>& rows, Provider provider, std::size_t stale) {
  std::vector<TimePoint> due;
  for (const engine::ImportedRow& row : rows) {
    if (row.created && row.state == job::State::Queued) due.push_back(row.due_at);
  }
  const auto created = static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const engine::ImportedRow& row) { return row.created; }));
  Output out;
  out.line(summary_words(file, created, stale));
  if (created == 0 && !rows.empty()) out.line("Every row was there already, nothing was added.");
  if (!due.empty()) {
    const auto [first, last] = std::minmax_element(due.begin(), due.end());
    const bool same = *first == *last;
    out.line("Due " + (same ? "" : "from " + format_local(*first) + " to ") + format_local(*last) + ".");
    const std::string limit = limit_words(session.settings().of(provider).rate, provider, due.size());
    if (!limit.empty()) out.line(limit);
    const std::string in_the_way = obstacle(session, provider);
    if (!in_the_way.empty()) out.line(in_the_way + " They are sent then, each only while it is fresh.");
  }
  out.flush();
}

void print_rows(const std::vector<engine::ImportedRow>& rows) {
  Output out;
  for (const engine::ImportedRow& row : rows) {
    out.line(sent_json(row.request_id, row.state, row.due_at, row.expires_at, row.seq, row.created).dump());
  }
  out.flush();
}

}  // namespace

int send_file(const GlobalOptions& global, const SendOptions& options) {
  const Provider provider = provider_word(*options.provider);
  StoreSession session(global);
  ProgressLine progress(!global.json);
  job::SubmissionLimits limits{session.settings().of(provider).link_lifetime, session.now()};
  limits.hand_over = hand_over_of_rows(options, provider);
  RecipientsFile file = read_file_or_stdin(*options.file, provider, limits, progress);
  apply_defaults(file, options, provider, limits);

  engine::ImportParts parts{session.store(),
                            session.clock(),
                            session.random(),
                            session.settings(),
                            session.actor(),
                            [] { pause(kLetOthersWrite); },
                            {}};
  parts.progress = [&](std::size_t rows) { progress.show(counted(rows, "row") + " stored"); };
  const auto beyond_limit = engine::check_at_door(parts, file);
  progress.show("");
  note_unknown(file);
  if (beyond_limit && !file.broken.empty() && !options.skip_invalid) {
    note("latchkey: " + std::string(beyond_limit->what()));
  }
  settle_broken(file, options.skip_invalid, global.json);
  if (beyond_limit) throw *beyond_limit;
  const std::vector<engine::ImportedRow> rows = engine::store_rows(parts, file);

  const auto stale = static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const auto& row) {
    return row.created && row.state == job::State::Stale;
  }));
  progress.show("");
  if (global.json) {
    print_rows(rows);
  } else {
    print_summary(session, file, rows, provider, stale);
  }
  return stale == 0 ? 0 : 1;
}

}  // namespace latchkey::surface

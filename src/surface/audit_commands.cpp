#include "surface/audit_commands.h"

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "base/time_text.h"
#include "ledger/entry.h"
#include "surface/audit_checkpoint_command.h"
#include "surface/audit_erase_command.h"
#include "surface/history.h"
#include "surface/output.h"
#include "surface/question.h"
#include "surface/store_session.h"
#include "surface/table.h"
#include "surface/timeline.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

struct AuditQuestion {
  Question common;
  std::optional<std::string> request_id;
  std::optional<std::string> type;

  bool about_jobs() const { return request_id || common.recipient || !common.states.empty(); }
};

bool fits(const store::EntryFilter& filter, const ledger::Entry& entry) {
  return (!filter.type || *filter.type == entry.type) &&
         (!filter.provider || filter.provider == entry.provider) &&
         (!filter.outcome || filter.outcome == entry.outcome) &&
         (!filter.code || filter.code == entry.code) && (!filter.from || entry.t >= *filter.from) &&
         (!filter.to || entry.t < *filter.to);
}

// The jobs that a question about entries names by requestId, recipient or state.
std::vector<job::Job> jobs_asked_for(StoreSession& session, const AuditQuestion& question) {
  store::JobFilter filter;  // times, outcomes and codes are asked of each entry, not of its job
  for (const std::string& state : question.common.states) filter.states.push_back(state_word(state));
  std::vector<job::Job> jobs;
  const auto keep = [&](const job::Job& job) {
    if (!question.request_id || *question.request_id == job.request_id) jobs.push_back(job);
    return true;
  };
  if (question.common.recipient) {
    const auto provider =
        question.common.provider ? std::optional(provider_word(*question.common.provider)) : std::nullopt;
    const auto subject = find_recipient(session.store(), *question.common.recipient, provider);
    if (subject) each_job(session.store(), filter, subject, keep);
  } else if (question.request_id) {
    const auto job = session.store().find_job(*question.request_id);
    if (job && matches(filter, *job)) keep(*job);
  } else {
    session.store().each_job(filter, keep);
  }
  return jobs;
}

// Entries of several jobs in the ledger's own order. Only their places are kept, since there may be many.
std::vector<std::int64_t> places_of(StoreSession& session, const AuditQuestion& question,
                                    const store::EntryFilter& filter) {
  std::vector<std::int64_t> places;
  for (const job::Job& job : jobs_asked_for(session, question)) {
    for (const std::string& bytes : entries_of_job(session.store(), job)) {
      const ledger::Entry entry = ledger::decode(bytes);
      if (fits(filter, entry)) places.push_back(entry.seq);
    }
  }
  std::sort(places.begin(), places.end());
  if (filter.newest_first) std::reverse(places.begin(), places.end());
  return places;
}

using Visit = std::function<bool(const std::string&)>;

void each_entry(StoreSession& session, const AuditQuestion& question, const store::EntryFilter& filter,
                const Visit& visit) {
  if (!question.about_jobs()) {
    session.store().each_entry(filter, visit);
    return;
  }
  for (const std::int64_t seq : places_of(session, question, filter)) {
    if (!visit(session.store().entry(seq).value())) return;
  }
}

/// The list that people read.
class EntryTable {
 public:
  EntryTable() : table_({"SEQ", "TIME", "TYPE", "REQUEST ID", "WHAT"}) { table_.align_right(0); }
  void add(const std::string& bytes) {
    const ledger::Entry entry = ledger::decode(bytes);
    table_.add({std::to_string(entry.seq), format_local(entry.t), std::string(name(entry.type)),
                shown(entry.request_id.value_or(""), 64), entry_words(entry)});
  }
  void print(Output& out) const {
    if (table_.empty()) return out.line("No entry fits.");
    out.text(table_.text(Output::coloured()));
  }

 private:
  Table table_;
};

// Said apart from the entries, which stand on stdout byte for byte.
void note_completeness(std::int64_t tree_size, std::size_t count, bool cut) {
  note("tree size " + std::to_string(tree_size) + ", " + std::to_string(count) +
       (count == 1 ? " entry, " : " entries, ") + (cut ? "cut by --limit: there may be more" : "complete"));
}

int list_entries(const GlobalOptions& global, const AuditQuestion& question) {
  StoreSession session(global, store::Access::ReadOnly);
  store::EntryFilter filter = question.common.entry_filter(session.now());
  if (question.type) filter.type = type_word(*question.type);
  const std::size_t limit = question.common.limit_or_all();
  const std::int64_t tree_size = session.store().head().size;

  Output out;
  EntryTable table;
  std::size_t count = 0;
  bool cut = false;
  each_entry(session, question, filter, [&](const std::string& bytes) {
    // What is written while this runs belongs to a larger tree than the one that is named.
    if (ledger::decode(bytes).seq >= tree_size) return true;
    cut = count == limit;
    if (cut || !out.wanted()) return false;
    ++count;
    if (global.json) {
      out.line(bytes);
    } else {
      table.add(bytes);
    }
    return true;
  });
  if (!global.json) table.print(out);
  out.flush();
  note_completeness(tree_size, count, cut);
  return 0;
}

int show_entries(const GlobalOptions& global, const std::string& request_id) {
  StoreSession session(global, store::Access::ReadOnly);
  const std::int64_t tree_size = session.store().head().size;
  const auto job = session.store().find_job(request_id);
  if (!job) throw InputError("not_found", "requestId", "no job has this requestId");
  Output out;
  std::vector<ledger::Entry> entries;
  for (const std::string& bytes : entries_of_job(session.store(), *job)) {
    entries.push_back(ledger::decode(bytes));
    if (global.json) out.line(bytes);
  }
  if (!global.json) out.text(timeline_text(entries, Output::coloured()));
  out.flush();
  note_completeness(std::max(tree_size, entries.back().seq + 1), entries.size(), false);
  return 0;
}

}  // namespace

void add_audit_commands(CLI::App& app, CommandLine& line) {
  CLI::App* audit = app.add_subcommand("audit", "The ledger: list, show");
  audit->require_subcommand(1);
  add_example(*audit, "latchkey audit show order-77");

  CLI::App* list = audit->add_subcommand("list", "Every entry, oldest first, or those that fit");
  auto question = std::make_shared<AuditQuestion>();
  question->common.declare(*list);
  add_text(*list, "--request-id", question->request_id, "of this job")->type_name("ID");
  add_text(*list, "--type", question->type, "such as attempt.result")->type_name("TYPE");
  add_example(*list, "latchkey audit list --recipient budi@example.com --json");
  list->callback([&line, question] {
    line.command = [&line, question] { return list_entries(line.global, *question); };
  });

  add_audit_checkpoint(*audit, line);
  add_audit_new_origin(*audit, line);

  CLI::App* show = audit->add_subcommand("show", "What happened to one request, as a timeline");
  auto request_id = std::make_shared<std::string>();
  show->add_option("REQUEST_ID", *request_id, "the job's requestId")->required();
  add_example(*show, "latchkey audit show order-77");
  show->callback([&line, request_id] {
    line.command = [&line, request_id] { return show_entries(line.global, *request_id); };
  });
  add_audit_erase(*audit, line);
}

}  // namespace latchkey::surface

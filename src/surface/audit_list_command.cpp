#include "surface/audit_list_command.h"

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "base/time_text.h"
#include "ledger/entry.h"
#include "ledger/member.h"
#include "surface/output.h"
#include "surface/question_options.h"
#include "surface/store_session.h"
#include "surface/table.h"
#include "surface/timeline.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr std::size_t kPiece = 500;     // rows of the table that are printed together
constexpr std::size_t kTypeWidth = 18;  // of the longest type's name

/// Prints entries one by one, for programs or for people, and remembers how far it has come.
class EntryList {
 public:
  EntryList(bool json, std::size_t limit, std::int64_t tree_size)
      : json_(json),
        limit_(limit),
        tree_size_(tree_size),
        table_({"SEQ", "TIME", "TYPE", "REQUEST ID", "WHAT"}) {
    table_.align_right(0);
    table_.widen(0, std::to_string(tree_size).size());
    table_.widen(2, kTypeWidth);
  }

  /// False when no more is wanted.
  bool add(const std::string& bytes) {
    more_ = count_ == limit_ || !out_.wanted();
    if (more_) return false;
    ++count_;
    last_ = ledger::integer_member(bytes, "seq");
    if (json_) {
      out_.line(bytes);
    } else {
      add_row(ledger::decode(bytes));
    }
    return true;
  }

  void finish() {
    if (!json_) out_.text(count_ == 0 ? "No entry fits.\n" : table_.take(Output::coloured()));
    out_.flush();
    if (!out_.wanted()) return note("tree size " + std::to_string(tree_size_) + ", not read to its end");
    note_answer(tree_size_, count_, more_ ? last_ : std::nullopt);
  }

 private:
  void add_row(const ledger::Entry& entry) {
    table_.add({std::to_string(entry.seq), format_local(entry.t), std::string(name(entry.type)),
                shown(entry.request_id.value_or(""), 64), entry_words(entry)});
    if (table_.size() == kPiece) out_.text(table_.take(Output::coloured()));
  }

  const bool json_;
  const std::size_t limit_;
  const std::int64_t tree_size_;
  Output out_;
  Table table_;
  std::size_t count_ = 0;
  std::optional<std::int64_t> last_;
  bool more_ = false;
};

int list_entries(const GlobalOptions& global, const EntryQuestion& question) {
  StoreSession session(global, store::Access::ReadOnly);
  auto filter = question.entry_filter(session.store(), session.now());
  // What is written while this runs belongs to a larger tree than the one that is named.
  const std::int64_t tree_size = session.store().head().size;
  EntryList list(global.json, question.limit_or_all(), tree_size);
  if (filter) {
    filter->to_seq = std::min(filter->to_seq.value_or(tree_size), tree_size);
    session.store().each_entry(*filter, [&](const std::string& bytes) { return list.add(bytes); });
  }
  list.finish();
  return 0;
}

}  // namespace

void note_answer(std::int64_t tree_size, std::size_t count, std::optional<std::int64_t> go_on_after) {
  note("tree size " + std::to_string(tree_size) + ", " + std::to_string(count) +
       (count == 1 ? " entry, " : " entries, ") +
       (go_on_after ? "more follow: go on with --after " + std::to_string(*go_on_after) : "complete"));
}

void add_audit_list(CLI::App& audit, CommandLine& line) {
  CLI::App* list = audit.add_subcommand("list", "Every entry, oldest first, or those that fit");
  auto question = std::make_shared<EntryQuestion>();
  declare(*question, *list);
  add_example(*list, "latchkey audit list --recipient budi@example.com --json");
  list->callback([&line, question] {
    line.command = [&line, question] { return list_entries(line.global, *question); };
  });
}

}  // namespace latchkey::surface

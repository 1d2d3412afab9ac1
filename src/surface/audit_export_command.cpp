#include "surface/audit_export_command.h"

#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/files.h"
#include "base/json.h"
#include "base/part_file.h"
#include "ledger/checkpoint.h"
#include "ledger/export_cloud_events.h"
#include "ledger/export_csv.h"
#include "ledger/export_ocsf.h"
#include "ledger/member.h"
#include "surface/audit_list_command.h"
#include "surface/covering_checkpoint.h"
#include "surface/output.h"
#include "surface/question_options.h"
#include "surface/reveal.h"
#include "surface/words.h"

namespace latchkey::surface {
namespace {

constexpr std::int64_t kProgressStep = 250'000;

struct ExportOptions {
  EntryQuestion question;
  std::string format = "jsonl";
  std::optional<std::string> out;
  std::optional<std::string> checkpoint;
  bool reveal = false;
};

enum class Format { JsonLines, Csv, Ocsf, CloudEvents };

Format format_word(const std::string& text) {
  if (text == "jsonl") return Format::JsonLines;
  if (text == "csv") return Format::Csv;
  if (text == "ocsf") return Format::Ocsf;
  if (text == "cloudevents") return Format::CloudEvents;
  throw InputError("invalid_request", "format", "expected jsonl, csv, ocsf or cloudevents");
}

/// Writes entries as the options want them: to a file that is there only once it is whole, or to standard
/// output.
class Export {
 public:
  Export(StoreSession& session, const ExportOptions& options)
      : store_(session.store()),
        origin_(session.config().origin),
        format_(format_word(options.format)),
        reveal_(options.reveal),
        limit_(options.question.limit_or_all()),
        shows_progress_(options.out || isatty(STDERR_FILENO) == 1) {
    if (options.out) file_ = std::make_unique<PartFile>(*options.out);
    if (format_ == Format::Csv) write(ledger::csv_header(reveal_));
  }

  /// False when no more is wanted.
  bool add(const std::string& entry) {
    more_ = count_ == limit_ || !out_.wanted();
    if (more_) return false;
    last_ = ledger::integer_member(entry, "seq");
    write(formatted(entry));
    if (++count_ % kProgressStep == 0 && shows_progress_) note(counted(count_) + " entries written");
    return true;
  }

  void finish(std::int64_t tree_size) {
    if (file_) file_->publish();
    out_.flush();
    note_answer(tree_size, count_, more_ ? last_ : std::nullopt);
  }

 private:
  std::string formatted(const std::string& entry) {
    std::optional<std::string> recipient;
    if (reveal_) {
      const auto subject = ledger::text_member(entry, "subject");
      if (subject) recipient = revealed(store_, std::string(*subject));
    }
    switch (format_) {
      case Format::Csv:
        return ledger::csv_record(entry, reveal_ ? std::optional(recipient.value_or("")) : std::nullopt);
      case Format::Ocsf:
        return ledger::ocsf_event(entry, origin_, recipient) + "\n";
      case Format::CloudEvents:
        return ledger::cloud_event(entry, origin_, recipient) + "\n";
      case Format::JsonLines:
        break;
    }
    if (!reveal_) return entry + "\n";
    return "{\"entry\":" + entry +
           ",\"recipient\":" + (recipient ? OrderedJson(*recipient) : OrderedJson(nullptr)).dump() + "}\n";
  }

  void write(std::string_view text) {
    if (file_) {
      file_->write(text);
    } else {
      out_.text(text);
    }
  }

  store::Store& store_;
  const std::string origin_;
  const Format format_;
  const bool reveal_;
  const std::size_t limit_;
  const bool shows_progress_;
  std::unique_ptr<PartFile> file_;
  Output out_;
  std::size_t count_ = 0;
  std::optional<std::int64_t> last_;
  bool more_ = false;
};

// Returns how many entries the ledger has with those that say of this export.
std::int64_t record_export(StoreSession& session, const ExportOptions& options) {
  return session.write([&](engine::Context& context) {
    ledger::Entry entry;
    entry.actor = context.actor;
    entry.type = ledger::EntryType::AuditReveal;
    if (options.reveal) context.store.append(entry);
    entry.type = ledger::EntryType::AuditExport;
    entry.format = options.format;
    entry.size = context.store.head().size;
    return context.store.append(entry) + 1;
  });
}

void require_free(const std::optional<std::string>& path, const std::string& field) {
  std::error_code error;
  if (path && std::filesystem::exists(std::filesystem::symlink_status(*path, error))) {
    throw InputError("conflict", field, *path + " exists already; nothing was changed");
  }
}

int export_entries(const GlobalOptions& global, const ExportOptions& options) {
  require_free(options.out, "out");
  require_free(options.checkpoint, "checkpoint");
  const store::Access access = possible_access(global);
  const bool recorded = access == store::Access::ReadWrite;
  StoreSession session(global, access);
  auto filter = options.question.entry_filter(session.store(), session.now());
  Export output(session, options);
  std::int64_t size = recorded ? record_export(session, options) : session.store().head().size;
  if (!recorded) {
    note(std::string("this copy of the ledger cannot be written: that it is exported") +
         (options.reveal ? ", and recipients revealed," : "") + " is not recorded");
  }
  std::string checkpoint;
  if (options.checkpoint) {
    checkpoint = covering_checkpoint(session, size);
    size = ledger::claimed_checkpoint(checkpoint)->size;
  }
  if (filter) {
    filter->to_seq = std::min(filter->to_seq.value_or(size), size);
    session.store().each_entry(*filter, [&](const std::string& bytes) { return output.add(bytes); });
  }
  output.finish(size);
  if (options.checkpoint) create_private_file(*options.checkpoint, checkpoint);
  return 0;
}

}  // namespace

void add_audit_export(CLI::App& audit, CommandLine& line) {
  CLI::App* command =
      audit.add_subcommand("export", "The ledger, or a part of it, for other programs and people");
  auto options = std::make_shared<ExportOptions>();
  declare(options->question, *command);
  command->add_option("--format", options->format, "jsonl (the stored bytes), csv, ocsf or cloudevents")
      ->capture_default_str()
      ->type_name("FORMAT");
  add_text(*command, "--out", options->out, "a new file, instead of standard output")->type_name("FILE");
  add_text(*command, "--checkpoint", options->checkpoint,
           "also write the signed checkpoint that an export of everything can be checked with")
      ->type_name("FILE");
  command->add_flag("--reveal", options->reveal, "with recipients; this is recorded, too");
  add_example(*command, "latchkey audit export --out export.jsonl --checkpoint checkpoint");
  command->callback([&line, options] {
    line.command = [&line, options] { return export_entries(line.global, *options); };
  });
}

}  // namespace latchkey::surface

#include "job/recipients_file.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "job/csv_records.h"
#include "job/file_lines.h"

namespace latchkey::job {
namespace {

constexpr int kProgressEvery = 10'000;
constexpr std::size_t kUnknownMax = 100;
constexpr std::size_t kDigestDigits = 24;

using Value = std::optional<std::string> Draft::*;

/// A field of a row: what the file calls it, and where its value goes.
struct Field {
  std::string name;
  Value value;
};

std::vector<Field> fields_for(Provider provider, const RecipientColumns& columns) {
  const Field recipient =
      provider == Provider::Mayar ? Field{"email", &Draft::email} : Field{"customerId", &Draft::customer_id};
  std::vector<Field> fields{recipient,
                            {"requestId", &Draft::request_id},
                            {"at", &Draft::at},
                            {"lifetime", &Draft::lifetime},
                            {"deliverTo", &Draft::deliver_to}};
  for (Field& field : fields) {
    const auto renamed = columns.find(field.name);
    if (renamed != columns.end()) field.name = renamed->second;
  }
  return fields;
}

/// `name` without what people vary: case, spaces, "_" and "-".
std::string folded(std::string_view name) {
  std::string out = to_lower(name);
  std::erase_if(out, [](char c) { return c == ' ' || c == '_' || c == '-'; });
  return out;
}

/// Finds a good submission by its requestId without keeping a second copy of any.
struct ById {
  using is_transparent = void;
  const std::vector<Submission>* good;

  std::string_view id(std::size_t index) const { return (*good)[index].request_id; }
  std::string_view id(std::string_view text) const { return text; }
  template <typename Key>
  std::size_t operator()(const Key& key) const {
    return std::hash<std::string_view>()(id(key));
  }
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return id(a) == id(b);
  }
};

/// Takes the rows of one file in their order, checks each and hands it on.
class FileCheck {
 public:
  FileCheck(Provider provider, const SubmissionLimits& limits, const RecipientColumns& columns,
            RecipientRows& rows, const std::function<void(int)>& progress)
      : fields_(fields_for(provider, columns)),
        provider_(provider),
        limits_(limits),
        rows_(rows),
        progress_(progress) {}

  const std::vector<Field>& fields() const { return fields_; }
  const std::string& recipient_field() const { return fields_.front().name; }

  const Field* find_field(std::string_view name) const {
    const auto at =
        std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.name == name; });
    return at == fields_.end() ? nullptr : &*at;
  }

  /// The known field that `name` differs from in its spelling only, and that `is_present` does not find.
  template <typename IsPresent>
  void ignore_field(int line, std::string_view name, IsPresent is_present) {
    for (const Field& field : fields_) {
      if (folded(name) != folded(field.name) || is_present(field.name)) continue;
      reject_file(line, "\"" + shown(name) + "\" is not read; write \"" + field.name + "\"");
    }
    auto& unknown = facts_.unknown;
    const std::string text = shown(name);
    if (unknown.size() < kUnknownMax && std::find(unknown.begin(), unknown.end(), text) == unknown.end()) {
      unknown.push_back(text);
    }
  }

  void begin_row(int line) {
    line_ = line;
    if (++facts_.rows > limits_.rows_max) {
      reject_file(line, "is row " + std::to_string(facts_.rows) + ", and a file holds at most " +
                            std::to_string(limits_.rows_max) + "; split it into several");
    }
    if (progress_ && facts_.rows % kProgressEvery == 0) progress_(facts_.rows);
  }

  void broken(std::string field, std::string message) {
    rows_.broken({std::move(field), std::move(message), line_});
  }

  void take(const Draft& draft) {
    std::optional<Submission> submission;
    try {
      submission = check_draft(draft, provider_, limits_);
    } catch (const InputError& error) {
      for (const FieldError& wrong : error.errors()) broken(wrong.field, wrong.message);
      return;
    }
    rows_.good(std::move(*submission), line_, facts_.rows);
  }

  FileFacts finish(std::string digest) {
    facts_.digest = std::move(digest);
    return std::move(facts_);
  }

 private:
  const std::vector<Field> fields_;
  const Provider provider_;
  const SubmissionLimits& limits_;
  RecipientRows& rows_;
  const std::function<void(int)>& progress_;
  int line_ = 0;
  FileFacts facts_;
};

/// Keeps all rows of a file, and holds each against those before it.
class Collector final : public RecipientRows {
 public:
  Collector() : by_id_(0, ById{&file_.good}, ById{&file_.good}) {}

  void good(Submission submission, int line, int row) override {
    if (!submission.request_id.empty()) {
      const auto same = by_id_.find(std::string_view(submission.request_id));
      if (same != by_id_.end()) return keep_again(submission, *same, line);
    }
    const bool has_id = !submission.request_id.empty();
    const std::size_t index = file_.good.size();
    file_.good.push_back(std::move(submission));
    file_.good_lines.push_back(line);
    if (has_id) {
      by_id_.insert(index);
    } else {
      nameless_.emplace_back(index, row);
    }
  }

  void broken(FieldError error) override { file_.broken.push_back(std::move(error)); }

  RecipientsFile finish(FileFacts facts) {
    const std::string prefix = "file-" + facts.digest.substr(0, kDigestDigits) + "-";
    for (const auto& [index, row] : nameless_) file_.good[index].request_id = prefix + std::to_string(row);
    file_.digest = std::move(facts.digest);
    file_.unknown = std::move(facts.unknown);
    file_.rows = facts.rows;
    return std::move(file_);
  }

 private:
  void keep_again(const Submission& submission, std::size_t first, int line) {
    if (payload_bytes(submission) == payload_bytes(file_.good[first])) {
      ++file_.repeated;
    } else {
      broken(
          {"requestId",
           "is that of line " + std::to_string(file_.good_lines[first]) + ", which asks for something else",
           line});
    }
  }

  RecipientsFile file_;
  std::unordered_set<std::size_t, ById, ById> by_id_;
  std::vector<std::pair<std::size_t, int>> nameless_;  // index in good, row number
};

/// The header, as the place of each column's values; nullptr for a column that nobody reads.
std::vector<Value> read_header(const CsvRecord& header, FileCheck& file) {
  if (header.broken) reject_file(header.line, "the header has a quotation mark out of place");
  std::vector<std::string_view> names;
  for (const std::string& cell : header.fields) names.push_back(trim(cell));
  const auto count = [&](std::string_view name) { return std::count(names.begin(), names.end(), name); };

  std::vector<Value> columns;
  for (const std::string_view name : names) {
    const Field* field = file.find_field(name);
    columns.push_back(field == nullptr ? nullptr : field->value);
    if (field != nullptr && count(name) > 1) {
      reject_file(header.line, "the header names \"" + std::string(name) + "\" more than once");
    }
    if (field == nullptr && !name.empty()) {
      file.ignore_field(header.line, name, [&](std::string_view known) { return count(known) > 0; });
    }
  }
  if (count(file.recipient_field()) == 0) {
    std::string message = "the header has no column \"" + file.recipient_field() + "\"";
    const auto meant = std::find_if(names.begin(), names.end(), [&](std::string_view name) {
      return file.find_field(name) == nullptr && nearest(name, {file.recipient_field()});
    });
    if (meant != names.end()) message += "; is \"" + shown(*meant) + "\" meant to be it?";
    reject_file(header.line, message);
  }
  return columns;
}

void read_csv(FileLines& lines, FileCheck& file) {
  CsvRecords records(lines);
  CsvRecord record;
  if (!records.next(record))
    reject_file(1,
                "the file is empty; expected a header such as \"requestId," + file.recipient_field() + "\"");
  const std::vector<Value> columns = read_header(record, file);
  while (records.next(record)) {
    file.begin_row(record.line);
    if (record.broken) {
      file.broken("", "has a quotation mark out of place; quote the whole field and double the marks within");
    } else if (record.fields.size() > columns.size()) {
      file.broken("", "has " + std::to_string(record.fields.size()) + " fields, the header " +
                          std::to_string(columns.size()) + "; quote fields that hold a comma");
    } else {
      Draft draft;
      for (std::size_t i = 0; i < record.fields.size(); ++i) {
        if (columns[i] == nullptr || trim(record.fields[i]).empty()) continue;
        draft.*columns[i] = std::move(record.fields[i]);
      }
      file.take(draft);
    }
  }
}

void read_json_row(const Json& row, FileLines& lines, FileCheck& file) {
  Draft draft;
  bool sound = true;
  for (const auto& [name, value] : row.items()) {
    const Field* field = file.find_field(name);
    if (field == nullptr) {
      file.ignore_field(lines.number(), name, [&](std::string_view known) { return row.contains(known); });
    } else if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      if (!trim(text).empty()) draft.*(field->value) = text;
    } else if (!value.is_null()) {
      file.broken(name, "expected a text in quotes");
      sound = false;
    }
  }
  if (sound) file.take(draft);
}

void read_json_lines(FileLines& lines, FileCheck& file) {
  while (const auto line = lines.next()) {
    if (trim(*line).empty()) continue;
    file.begin_row(lines.number());
    std::string why;
    const std::optional<Json> row = parse_json(*line, &why);
    if (!row) {
      file.broken("", "cannot be read: " + why);
    } else if (!row->is_object()) {
      file.broken("", "expected a JSON object");
    } else {
      read_json_row(*row, lines, file);
    }
  }
}

/// The first character that is no white space; its line is given once more.
char first_character(FileLines& lines) {
  while (const auto line = lines.next()) {
    const std::string_view text = trim(*line);
    if (text.empty()) continue;
    const char first = text.front();
    lines.unread();
    return first;
  }
  return '\0';
}

}  // namespace

FileFacts each_recipient(std::istream& in, Provider provider, const SubmissionLimits& limits,
                         const RecipientColumns& columns, RecipientRows& rows,
                         const std::function<void(int)>& progress) {
  FileLines lines(in);
  FileCheck file(provider, limits, columns, rows, progress);
  const char first = first_character(lines);
  if (first == '[') reject_file(lines.number(), "is a JSON array; write one object a line");
  if (first == '{') {
    read_json_lines(lines, file);
  } else {
    read_csv(lines, file);
  }
  return file.finish(lines.digest());
}

RecipientsFile read_recipients(std::istream& in, Provider provider, const SubmissionLimits& limits,
                               const std::function<void(int)>& progress) {
  Collector rows;
  FileFacts facts = each_recipient(in, provider, limits, {}, rows, progress);
  return rows.finish(std::move(facts));
}

}  // namespace latchkey::job

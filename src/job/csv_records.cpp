#include "job/csv_records.h"

#include <csv.h>

#include <new>

namespace latchkey::job {
namespace {

// CSV_REPALL_NL reports the ends of blank lines too. So a line whose end is not reported lies within quotes,
// which is all that it takes to know where each record starts.
constexpr unsigned char kOptions = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;

}  // namespace

/// libcsv's parser and what it has reported since clear().
struct CsvRecords::Parser {
  Parser() { start(); }
  ~Parser() { csv_free(&csv); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  void start() {
    if (csv_init(&csv, kOptions) != 0) throw std::bad_alloc();
  }
  void restart() {
    csv_free(&csv);
    start();
  }
  /// False where a quotation mark is out of place.
  bool feed(std::string_view text) {
    const std::size_t read = csv_parse(&csv, text.data(), text.size(), on_field, on_end, this);
    if (read == text.size()) return true;
    if (csv_error(&csv) != CSV_EPARSE) throw std::bad_alloc();
    return false;
  }
  /// False where a quoted field is still open.
  bool finish() { return csv_fini(&csv, on_field, on_end, this) == 0; }

  static void on_field(void* text, std::size_t size, void* self) {
    static_cast<Parser*>(self)->fields->emplace_back(static_cast<const char*>(text), size);
  }
  static void on_end(int, void* self) { static_cast<Parser*>(self)->line_ended = true; }

  csv_parser csv{};
  std::vector<std::string>* fields = nullptr;  // of the record that next() fills
  bool line_ended = false;
};

CsvRecords::CsvRecords(FileLines& lines) : lines_(lines), parser_(std::make_unique<Parser>()) {}
CsvRecords::~CsvRecords() = default;

bool CsvRecords::next(CsvRecord& record) {
  record.fields.clear();
  record.broken = false;
  parser_->fields = &record.fields;
  parser_->line_ended = true;
  std::size_t size = 0;
  while (const auto line = lines_.next()) {
    if (parser_->line_ended) {
      record.line = lines_.number();
      size = 0;
    }
    size += line->size();
    if (size > kRecordMax)
      reject_file(record.line, "a record of more than 64 KiB; is a quotation mark not closed?");

    parser_->line_ended = false;
    if (!parser_->feed(*line)) {
      if (record.line != lines_.number()) {
        reject_file(record.line, "a quotation mark opened here is not closed properly (see line " +
                                     std::to_string(lines_.number()) + ")");
      }
      parser_->restart();
      record.broken = true;
      return true;
    }
    if (parser_->line_ended && !record.fields.empty()) return true;
  }
  return finish(record);
}

/// The last line of a file may lack its end.
bool CsvRecords::finish(CsvRecord& record) {
  if (!parser_->finish()) reject_file(record.line, "a quotation mark opened here is never closed");
  return !record.fields.empty();
}

}  // namespace latchkey::job

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "job/file_lines.h"

namespace latchkey::job {

/// One record of a CSV file.
struct CsvRecord {
  int line = 0;                     ///< physical line on which it starts
  std::vector<std::string> fields;  ///< unquoted ones without the spaces around them
  bool broken = false;              ///< a quotation mark stands where none may; `fields` are incomplete
};

/// Reads the records of RFC 4180 from a file's lines. Lines of nothing but spaces are no records.
class CsvRecords {
 public:
  /// A record above this comes from a quotation mark that is not closed where it should be.
  static constexpr std::size_t kRecordMax = 64 * 1024;

  /// `lines` must outlive this object.
  explicit CsvRecords(FileLines& lines);
  ~CsvRecords();
  CsvRecords(const CsvRecords&) = delete;
  CsvRecords& operator=(const CsvRecords&) = delete;

  /// Fills `record` with the next one; false at the end of the file. A misplaced quotation mark breaks its
  /// record, and reading goes on with the next physical line. Throws InputError where nobody can tell which
  /// lines are records: a misplaced mark in a record of several lines, a quote that is never closed, a record
  /// above kRecordMax; and what FileLines::next throws.
  bool next(CsvRecord& record);

 private:
  struct Parser;
  bool finish(CsvRecord& record);

  FileLines& lines_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace latchkey::job

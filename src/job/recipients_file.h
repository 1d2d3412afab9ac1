#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/submission.h"

namespace latchkey::job {

/// One record of a file: what it says, and where.
struct FileRow {
  int line = 0;    ///< physical line on which the record starts, header = 1
  int number = 0;  ///< data record, from 1
  Draft draft;
};

/// What a whole file holds, checked against itself.
struct RecipientsFile {
  std::string digest;                ///< SHA-256 of the bytes, hex
  std::vector<std::string> unknown;  ///< columns or members that nobody reads, each once
  int rows = 0;                      ///< data records, blank lines not counted
  int repeated = 0;                  ///< rows that say again what an earlier one said
  std::vector<Submission> good;      ///< in file order; requestId given or derived from digest and row number
  std::vector<int> good_lines;       ///< the line of each
  std::vector<FieldError> broken;    ///< one per broken row and field, by line
};

/// Reads CSV (RFC 4180, header row, CRLF or LF, optional byte order mark) or JSON lines, told apart by the
/// first character that is no white space: `{` is JSON. Every row is checked; nothing throws but an unusable
/// file (InputError: no header, no recipient column for `provider`, not UTF-8, a quote that is never closed,
/// a record above 64 KiB; Error: the stream failed). Of rows with one requestId and different payloads the
/// first stands and the later are broken. `progress` is called every 10,000 rows with the number read; it may
/// be empty.
RecipientsFile read_recipients(std::istream& in, Provider provider, const SubmissionLimits& limits,
                               const std::function<void(int)>& progress = {});

}  // namespace latchkey::job

#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/submission.h"

namespace latchkey::job {

/// What a whole file holds, checked against itself.
struct RecipientsFile {
  std::string digest;                ///< SHA-256 of the bytes, hex
  std::vector<std::string> unknown;  ///< columns or members that nobody reads, each once, at most 100
  int rows = 0;                      ///< data records, blank lines not counted
  int repeated = 0;                  ///< rows that say again what an earlier one said
  std::vector<Submission> good;      ///< in file order; requestId given or derived from digest and row number
  std::vector<int> good_lines;       ///< the line of each
  std::vector<FieldError> broken;    ///< one per broken row and field, by line
};

/// What the file calls our fields, where it calls them otherwise: {"email", "E-Mail"}.
using RecipientColumns = std::map<std::string, std::string>;

/// Is given the rows of a file one by one.
class RecipientRows {
 public:
  virtual ~RecipientRows() = default;
  /// A row that holds. `row` counts the data records from 1; a requestId that was not given is empty.
  virtual void good(Submission submission, int line, int row) = 0;
  /// A row that does not: once for each field that is wrong.
  virtual void broken(FieldError error) = 0;
};

/// What is known of a file once it has been read.
struct FileFacts {
  std::string digest;                ///< SHA-256 of the bytes, hex
  std::vector<std::string> unknown;  ///< columns or members that nobody reads, each once, at most 100
  int rows = 0;                      ///< data records, blank lines not counted
};

/// Reads a file as read_recipients() does, in bounded memory: every row is checked by itself and handed on.
FileFacts each_recipient(std::istream& in, Provider provider, const SubmissionLimits& limits,
                         const RecipientColumns& columns, RecipientRows& rows,
                         const std::function<void(int)>& progress = {});

/// Reads CSV (RFC 4180, header row; lines end with CRLF, LF or CR; optional byte order mark) or JSON lines,
/// told apart by the first character that is no white space: `{` is JSON. Read are requestId, at, lifetime,
/// deliverTo and email (mayar) or customerId (nomos); an empty cell, "" and null are absent values; every
/// other column or member may hold anything and is named in `unknown`. No row gives a hand-over: it is that
/// of the limits.
///
/// Every row is checked; nothing throws but an unusable file. InputError: no header, no recipient column for
/// `provider`, one column twice, a name like "At" or "request_id" that differs from a known one in case and
/// signs only (ignoring it would send at the wrong time, or twice), not UTF-8, a line or record above 64 KiB,
/// more rows than the limits say, a quote that is never closed or closed on another line and not properly.
/// Error: the stream failed.
///
/// A row is broken when a value is (see check_draft), when it has more fields than the header, a quotation
/// mark out of place, or is no JSON object. Of rows with one requestId and different payloads the first that
/// is not broken stands and the later are broken. A row without requestId gets "file-" + 24 hex digits of the
/// file's digest + "-" + its number, so that the same file read again asks for the same jobs. `progress` is
/// called every 10,000 rows with the number read; it may be empty.
RecipientsFile read_recipients(std::istream& in, Provider provider, const SubmissionLimits& limits,
                               const std::function<void(int)>& progress = {});

}  // namespace latchkey::job

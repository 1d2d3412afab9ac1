#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace latchkey::ledger {

/// A row of the jobs table as it stands there. Views hold until the next row is read.
struct JobRow {
  std::string_view request_id, provider, subject, hand_over, batch, state;
  std::int64_t step = 0, cancel_requested = 0;
  std::int64_t due_at = 0, expires_at = 0, fresh_until = 0, lifetime = 0, created_at = 0;
  std::int64_t attempts = 0, tries = 0, unknown_retried = 0, epoch = 0, last_seq = 0;
  std::optional<std::string_view> outcome, code, reprocess_of, reprocessed_as;
  std::optional<std::int64_t> finished_at;
};

/// A row of the subjects table: the only one with a recipient in it. Never show one.
struct SubjectRow {
  std::string_view id, provider, recipient, address, salt;
  std::optional<std::int64_t> last_accepted_seq;
  std::optional<std::string_view> deliver_to;
};

/// A row of an index over the entries: the member that it is by, and whose it is.
struct IndexRow {
  std::string_view key;
  std::int64_t seq = 0;
};

/// What pruning has left of a job.
struct PrunedRow {
  std::string_view request_id;
  std::int64_t last_seq = 0;
};

}  // namespace latchkey::ledger

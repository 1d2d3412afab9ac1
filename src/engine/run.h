#pragma once

#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/import.h"
#include "job/definition.h"

namespace latchkey::engine {

/// One run of a definition: what a person or the scheduler asks for.
struct Run {
  const job::Definition& definition;
  /// Which of its runs; empty: the digest of its recipients, as for one that is submitted by hand.
  std::string nominal;
  TimePoint begin;     ///< nothing is due earlier
  std::string reason;  ///< why it is submitted again although it was before; empty: it is not
  /// Opens the recipients from their beginning; called twice. Throws Error.
  std::function<std::unique_ptr<std::istream>()> open;
};

/// What a run comes to: counted before anything happens, and kept with the batch as it was carried out.
struct RunPlan {
  int rows = 0;
  std::int64_t jobs = 0;
  std::int64_t broken = 0;
  std::map<job::Code, std::int64_t> skipped;  ///< rows that make no job, by why
  std::optional<TimePoint> first_due;
  std::optional<TimePoint> last_due;
  std::map<std::string, std::int64_t> days;  ///< jobs by local date, in the zone of window or schedule
  bool beyond_within = false;                ///< the last job would be due later than [pace] within allows
  std::string zone = "UTC";                  ///< of the days
  std::string digest;                        ///< hex SHA-256 of the recipients
  std::vector<std::string> unknown;          ///< columns that nobody reads
  std::vector<FieldError> errors;            ///< of the first broken rows

  /// As a batch keeps it, with what the definition and the configuration said then.
  std::string json(const Run& run, const Settings& settings) const;
};

inline constexpr std::size_t kRunErrorsMax = 100;

/// Reads the recipients and asks the door about every row: nothing is written. Bounded memory: less than
/// 200 bytes a row. Throws InputError (provider_off, no_handover, invalid_request for an unusable file) or
/// Error.
RunPlan plan_run(const ImportParts& parts, const Run& run);

/// What became of a run that was submitted.
struct SubmittedRun {
  store::Batch batch;
  RunPlan plan;
  bool created = true;  ///< false: this run was submitted before, and this is its batch
};

/// Plans the run and stores it. A small one is one transaction; a larger one several of at most 50 ms, and
/// nothing of it is taken before the last. One that ends early, or whose file has changed meanwhile, is
/// abandoned: what was stored is cancelled. Rows that make no job get a recipient.skipped. Throws, and
/// leaves nothing that is ever sent: what plan_run throws; invalid_request for broken rows unless the
/// definition skips them, and for a run that does not fit into [pace] within; try_later while somebody else
/// submits the same run; wrong_state for a run that was skipped before, unless there is a reason.
SubmittedRun submit_run(const ImportParts& parts, const Run& run);

}  // namespace latchkey::engine

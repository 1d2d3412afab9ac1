#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "job/names.h"
#include "job/retry_policy.h"
#include "job/schedule.h"
#include "job/send_window.h"

namespace latchkey::job {

/// What happens to a run of a schedule whose predecessor has not ended.
enum class Overlap {
  Skip,  ///< it does not take place
  Queue  ///< it begins when that one has ended
};

/// [schedule]
struct DefinitionSchedule {
  Schedule when;
  /// How late a run may still begin, when nobody was there at its time; nullopt: the lifetime. Never above
  /// the lifetime, where the definition has one.
  std::optional<Millis> catch_up;
  Overlap overlap = Overlap::Skip;  ///< once: Skip
};

/// [recipients]: exactly one of `file` and `folder` is not empty. Both are absolute; whether they are there
/// is seen when they are needed.
struct DefinitionRecipients {
  std::filesystem::path file;
  std::filesystem::path
      folder;                ///< a drop folder: its *.csv and *.jsonl are runs, all else in it is not read
  bool skip_broken = false;  ///< broken = "skip": a row that is broken makes no job; else no row does
  bool repeat = false;       ///< repeat = "send": also to whom an earlier run of this definition has sent
  /// Our field (requestId, email or customerId, at, lifetime, deliverTo) -> the file's column or member.
  std::map<std::string, std::string> columns;
};

/// [pace]
struct DefinitionPace {
  int margin = 10;  ///< percent of the provider's rate that is left to others, 0 to 90
  std::optional<Millis>
      within;  ///< the last job's dueAt may be this long after the run's begin; nullopt: any
};

/// [retry]: what is set here counts instead of the configuration's.
struct DefinitionRetry {
  std::optional<int> attempts;
  std::optional<Millis> first;
  std::optional<Millis> most;

  /// The policy of this definition's jobs. A `most` from the configuration below this `first` becomes
  /// `first`.
  RetryPolicy over(const RetryPolicy& configured) const;
};

/// A file in jobs/, checked: what batches are made of. Read by load_definition.
struct Definition {
  std::string name;            ///< [A-Za-z0-9._-]{1,32}
  std::filesystem::path file;  ///< absolute
  std::string digest;          ///< SHA-256 of the file's bytes, lower-case hex
  Provider provider = Provider::Mayar;
  HandOver hand_over = HandOver::None;         ///< nomos: Claim or Email
  std::optional<Millis> lifetime;              ///< at most 60 minutes; nullopt: the provider's link_lifetime
  Millis min_interval{std::chrono::hours(1)};  ///< 0: none
  std::string on_complete;                     ///< an endpoint of the webhooks; empty: none
  std::optional<DefinitionSchedule> schedule;  ///< nullopt: run by a person, or by files in the folder
  DefinitionRecipients recipients;
  DefinitionPace pace;
  std::optional<SendWindow> window;  ///< nullopt: always open
  DefinitionRetry retry;
};

}  // namespace latchkey::job

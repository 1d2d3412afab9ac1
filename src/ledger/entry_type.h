#pragma once

#include <optional>
#include <string_view>

namespace latchkey::ledger {

/// The closed list of entry types. A new one is added here, in entry_type.cpp, in docs/ledger.md with its
/// fields, and in job/life.cpp with the state it leads to.
enum class EntryType {
  LogInit,
  LogRestored,
  DaemonStart,
  DaemonStop,
  JobAccepted,
  JobRefused,
  JobCancelled,
  JobHeld,
  JobReleased,
  JobClosed,
  JobFailed,
  JobReprocessed,
  AttemptIntent,
  AttemptResult,
  AttemptLate,
  HandoverIntent,
  HandoverResult,
  LinkClaimed,
  LinkExpired,
  BatchSubmitted,
  BatchPaused,
  BatchResumed,
  BatchCancelled,
  BatchFinished,
  OccurrenceMissed,
  OccurrenceSkipped,
  RecipientSkipped,
  ScheduleEnabled,
  ScheduleDisabled,
  ProviderPaused,
  ProviderResumed,
  SubjectErased,
  JobsPruned,
  AuditExport,
  AuditReveal,
  TokenCreated,
  TokenRevoked,
  KeyRotated,
  ConfigChanged,
  ClockJump,
  AuthDenied,
  CheckpointDaily
};

/// "job.accepted" and so on.
std::string_view name(EntryType type);
std::optional<EntryType> entry_type_named(std::string_view text);

}  // namespace latchkey::ledger

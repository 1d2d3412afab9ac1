#include "ledger/entry_type.h"

#include <algorithm>
#include <array>

namespace latchkey::ledger {
namespace {

constexpr std::array<std::string_view, 40> kNames{
    "log.init",           "log.restored",      "daemon.start",    "daemon.stop",      "job.accepted",
    "job.refused",        "job.cancelled",     "job.held",        "job.released",     "job.closed",
    "job.failed",         "job.reprocessed",   "attempt.intent",  "attempt.result",   "attempt.late",
    "handover.intent",    "handover.result",   "link.claimed",    "link.expired",     "batch.submitted",
    "batch.paused",       "batch.resumed",     "batch.cancelled", "batch.finished",   "occurrence.missed",
    "occurrence.skipped", "recipient.skipped", "provider.paused", "provider.resumed", "subject.erased",
    "jobs.pruned",        "audit.export",      "audit.reveal",    "token.created",    "token.revoked",
    "key.rotated",        "config.changed",    "clock.jump",      "auth.denied",      "checkpoint.daily"};

}  // namespace

std::string_view name(EntryType type) {
  return kNames.at(static_cast<std::size_t>(type));
}

std::optional<EntryType> entry_type_named(std::string_view text) {
  const auto at = std::find(kNames.begin(), kNames.end(), text);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<EntryType>(at - kNames.begin());
}

}  // namespace latchkey::ledger

#pragma once

#include <optional>

#include "job/job.h"
#include "ledger/entry_type.h"

namespace latchkey::job {

/// What an entry says that matters for a job's state.
struct Event {
  ledger::EntryType type;
  std::optional<Outcome> outcome;
  HandOver hand_over = HandOver::None;  ///< the job's
};

/// THE table of a job's life: the standing that `event` leads to, or nullopt where the event is not allowed.
/// The engine moves jobs by it and `audit verify` checks them by it. docs/job-life.md shows it; a test
/// compares.
std::optional<Standing> next(const Standing& standing, const Event& event);

}  // namespace latchkey::job

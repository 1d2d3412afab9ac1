#pragma once

#include <sstream>
#include <string>

#include "engine/batches.h"
#include "engine/run.h"
#include "support/engine_rig.h"

namespace latchkey::test {

/// A definition of mayar mails that is submitted by hand: "welcome", one hour between two mails.
job::Definition welcome();
/// "email" and so many rows: p0@example.com and on.
std::string people(int count, int from = 0);

/// An engine whose mayar admits 20 calls a minute, and what is needed to submit runs as a command does.
class RunRig : public EngineRig {
 public:
  explicit RunRig(const std::function<void(engine::Settings&)>& adjust = {});

  engine::RunPlan plan(const job::Definition& definition, const std::string& recipients);
  engine::SubmittedRun submit(const job::Definition& definition, const std::string& recipients,
                              const std::string& reason = "");
  /// Runs the engine until nothing is due for as long as a day, each call answered at once with `result`.
  void drain(const provider::Result& result = accepted());
  /// The jobs of a batch by age.
  std::vector<job::Job> jobs(const std::string& batch);
  std::string counts(const std::string& batch);

  engine::ImportParts parts{*other, clock, random, settings, "uid:7", {}, {}};
  std::string nominal;  ///< of the next run; empty: its digest
};

}  // namespace latchkey::test

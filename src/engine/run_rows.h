#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/keyed_hash.h"
#include "engine/context.h"
#include "engine/pacer.h"
#include "engine/run.h"
#include "ledger/id_table.h"

namespace latchkey::engine {

/// Judges the rows of one run, one after the other, and plans those that become jobs. What it counts is the
/// plan. Reads the store that it is given with each row; holds less than 200 bytes a row.
class RunRows {
 public:
  /// `forecasts` must outlive this object.
  RunRows(const Run& run, const Settings& settings, Forecasts& forecasts, Random& random);

  /// What became of a row.
  struct Verdict {
    std::optional<job::Submission> job;  ///< it becomes this job, due when `planned` says
    std::optional<job::Code> skipped;    ///< it makes none
    std::string subject;                 ///< whom it is about, where somebody is known; empty: nobody
  };
  /// A row that holds by itself. Both empty: it is broken, and counted so.
  Verdict judge(Context& context, job::Submission row, int line);
  /// A row that does not.
  void broken(FieldError error);

  RunPlan& plan() { return plan_; }

 private:
  std::optional<job::Code> why_skipped(Context& context, const store::Subject& subject);
  bool of_this_definition(Context& context, const std::string& batch);
  void add_due(TimePoint due);

  const Run& run_;
  const Settings& settings_;
  Pacer pacer_;
  KeyedHash hash_;
  struct Nothing {};
  ledger::IdTable<Nothing> recipients_;
  std::unordered_map<std::string, bool> batches_;  // whether it is one of this definition
  int last_broken_line_ = 0;
  RunPlan plan_;
  TimeZone zone_;  // of the days
  TimeZone::Period period_;
  std::string day_;        // of last_due
  TimePoint day_until_{};  // when another begins
};

/// The limits that rows of a run are checked against.
job::SubmissionLimits limits_of(const Run& run, const Settings& settings, TimePoint now);

}  // namespace latchkey::engine

#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "surface/chosen_run.h"
#include "surface/output.h"
#include "surface/progress_line.h"
#include "surface/store_session.h"

namespace latchkey::surface {

/// Something that whoever looks at a preview should think about.
struct PreviewWarning {
  std::string code;  ///< stable, for programs; docs/batches.md lists them
  std::string message;
};

/// Which run is looked at.
struct PreviewedAt {
  TimePoint begin;
  bool by_hand = true;  ///< else it is the schedule's
};

/// What a run would come to, if it began then.
struct BatchPreview {
  const job::Definition& definition;
  std::filesystem::path recipients;
  TimePoint begin;
  engine::RunPlan plan;
  std::string batch;  ///< the batch that the same recipients are already; empty: none
  std::vector<PreviewWarning> warnings;
};

/// Reads everything and writes nothing. `chosen` must outlive what is returned. Throws what
/// engine::plan_run throws.
BatchPreview preview_run(StoreSession& session, ChosenRun& chosen, const PreviewedAt& at,
                         ProgressLine& progress);

/// What a command that plans or stores runs works with.
engine::ImportParts run_parts(StoreSession& session, ProgressLine& progress);

/// As programs read it, and as people do.
OrderedJson preview_json(const BatchPreview& preview, const engine::Settings& settings);
void print_preview(const BatchPreview& preview, const engine::Settings& settings, Output& out);

/// Rows that made or would make no job, one line each: "7  already sent  by an earlier run of onboarding".
std::string skipped_words(job::Code code, const job::Definition& definition);

}  // namespace latchkey::surface

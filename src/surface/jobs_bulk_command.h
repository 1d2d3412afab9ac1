#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/selector.h"
#include "surface/command_line.h"
#include "surface/question.h"

namespace latchkey::surface {

/// What is to be done to many jobs, in two steps: filters make a preview, its id executes it.
struct BulkOptions {
  JobQuestion question;
  std::optional<std::string> confirm;
  std::optional<std::string> reason;
  bool include_refused = false;

  /// Whether anything but a reason was given.
  bool any() const;
};

/// Declares filters and --confirm. --reason is the command's own.
void declare(BulkOptions& options, CLI::App& command);

/// The first step without --confirm, the second with it. `command`: "jobs release", for messages and the line
/// that executes. `action` of the first step; the second takes any that begins with the same word. A preview
/// that cannot be executed is exit 1. Throws UsageError for options that contradict each other.
int run_bulk(const GlobalOptions& global, const BulkOptions& options, const std::string& command,
             engine::BulkAction action);

/// `jobs reprocess`.
void add_jobs_reprocess(CLI::App& jobs, CommandLine& line);

}  // namespace latchkey::surface

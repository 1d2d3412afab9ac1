#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.h"
#include "surface/command_line.h"

namespace latchkey::surface {

/// The filters that lists share, as they stand on the command line.
struct Question {
  std::vector<std::string> states;
  std::optional<std::string> provider;
  std::optional<std::string> recipient;
  std::optional<std::string> outcome;
  std::optional<std::string> code;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> limit;
  bool newest = false;

  /// Declares the options on a command; this object must outlive its parsing.
  void declare(CLI::App& command);
  /// What they say about jobs. Throws InputError naming the option.
  store::JobFilter job_filter(TimePoint now) const;
  /// What they say about entries. `states` and `recipient` are not in it: they are about jobs.
  store::EntryFilter entry_filter(TimePoint now) const;
  std::size_t limit_or_all() const;
};

}  // namespace latchkey::surface

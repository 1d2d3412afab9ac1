#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/run.h"
#include "job/definition.h"
#include "surface/schedule_thread.h"

namespace latchkey::surface {

/// The run of a definition that somebody names on a command line.
class ChosenRun {
 public:
  /// Reads the definition. `recipients`: this file instead of the definition's. Throws what load_definition
  /// throws.
  ChosenRun(const std::filesystem::path& file, const std::optional<std::string>& recipients);
  ChosenRun(const ChosenRun&) = delete;
  ChosenRun& operator=(const ChosenRun&) = delete;

  const job::Definition& definition() const { return definition_; }
  const std::filesystem::path& recipients() const { return recipients_; }

  /// When it begins if it is submitted by hand: at the time that the definition gives once, else now.
  TimePoint begin(TimePoint now) const;
  /// Whether the definition gives one time, and that is over.
  bool is_over(TimePoint now) const;

  /// Refers to this object. Throws InputError when the definition takes its recipients from a folder and no
  /// file of it was named.
  engine::Run run(TimePoint begin, const std::string& reason = {});

 private:
  job::Definition definition_;
  std::filesystem::path recipients_;
  DefinitionFiles files_;
};

}  // namespace latchkey::surface

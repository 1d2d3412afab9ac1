#pragma once

#include <filesystem>
#include <string>

#include "config_section.h"

namespace latchkey {

/// The text of a file that people write, and all that is found to be wrong with it.
class TomlFile {
 public:
  /// `file` is absolute. Throws InputError with the line for what is no TOML, and for a line that no person
  /// writes.
  TomlFile(std::filesystem::path file, const std::string& text);
  TomlFile(const TomlFile&) = delete;
  TomlFile& operator=(const TomlFile&) = delete;

  /// The table that holds all others. Must not outlive this object.
  ConfigSection root() { return {&table_, "", folder_, errors_}; }
  FieldErrors& errors() { return errors_; }
  /// Throws one InputError with all that was found, by line, when anything was.
  void finish();

 private:
  const std::filesystem::path file_;
  const std::filesystem::path folder_;
  const toml::table table_;
  FieldErrors errors_;
};

}  // namespace latchkey

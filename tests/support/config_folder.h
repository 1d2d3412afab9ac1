#pragma once

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "config.h"
#include "tests/support/temp_dir.h"

namespace latchkey::test {

/// A ledger that a configuration names, and the least that one must hold.
inline const std::string kOrigin = "host.example/latchkey/3f9c21ab";
inline const std::string kLeast = "ledger.origin = \"" + kOrigin + "\"\n";

/// A folder with a configuration in it.
struct ConfigFolder {
  explicit ConfigFolder(const std::string& text) : file(dir / "latchkey.toml") {
    create_private_file(file, text);
  }
  void add_key(const std::string& path, const std::string& bytes = "key\n") {
    std::filesystem::create_directories((dir.path() / path).parent_path());
    create_private_file(dir.path() / path, bytes);
  }
  Config load() const { return load_config(file); }
  TempDir dir;
  std::filesystem::path file;
};

/// What its configuration is rejected for.
inline std::vector<FieldError> complaints(const ConfigFolder& folder) {
  try {
    folder.load();
    return {};
  } catch (const InputError& error) {
    BOOST_TEST(error.code() == "invalid_request");
    return error.errors();
  }
}

/// The one complaint about this text as "line field: message", or how many there are. What a configuration
/// cannot do without is added behind it.
inline std::string complaint(const std::string& text) {
  const bool has_ledger = text.find("ledger") != std::string::npos;
  const std::string rest = has_ledger ? "" : "[ledger]\norigin = \"" + kOrigin + "\"\n";
  const auto all = complaints(ConfigFolder(text + "\n" + rest));
  if (all.size() != 1) return std::to_string(all.size()) + " complaints";
  return std::to_string(all[0].line) + " " + all[0].field + ": " + all[0].message;
}

}  // namespace latchkey::test

#include "config_toml.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace latchkey {
namespace {

namespace fs = std::filesystem;

// toml++ recurses into every part of a dotted key; no line that a person writes is near this.
constexpr std::size_t kLineMax = 2048;

toml::table parse(const std::string& text, const fs::path& file) {
  int line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > kLineMax) {
      const std::string message = "is longer than " + std::to_string(kLineMax) + " bytes";
      throw InputError("invalid_request", file.string() + ": line " + std::to_string(line) + " " + message,
                       {{"", message, line}});
    }
    begin = end + 1;
  }
  try {
    return toml::parse(std::string_view(text));
  } catch (const toml::parse_error& error) {
    // Its description quotes the file, which may hold a key that somebody put into the wrong place.
    const auto at = error.source().begin;
    const std::string message = "is not TOML at column " + std::to_string(at.column);
    throw InputError("invalid_request", file.string() + ": line " + std::to_string(at.line) + " " + message,
                     {{"", message, static_cast<int>(at.line)}});
  }
}

}  // namespace

TomlFile::TomlFile(fs::path file, const std::string& text)
    : file_(std::move(file)), folder_(file_.parent_path()), table_(parse(text, file_)) {}

void TomlFile::finish() {
  if (errors_.empty()) return;
  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const FieldError& a, const FieldError& b) { return a.line < b.line; });
  std::string summary = file_.string();
  for (const FieldError& error : errors_) {
    summary += (&error == &errors_.front() ? ": " : "; ");
    summary += error.field.empty() ? error.message : error.field + ": " + error.message;
  }
  throw InputError("invalid_request", summary, errors_);
}

}  // namespace latchkey

#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "job/rate.h"

namespace latchkey {

/// Everything that is wrong with a file that people write.
using FieldErrors = std::vector<FieldError>;

/// Adds what one value's own check has found, at this line.
void append_errors(FieldErrors& errors, const InputError& error, int line);

/// "a text", "an integer" and so on: what stands there instead of what was expected.
std::string_view kind_of(const toml::node& node);

/// One table of a TOML file, whose keys are read in order. Every wrong value is an entry in one list, so that
/// a person mends the file in one go; a value that is absent or wrong leaves what it would set as it was.
class ConfigSection {
 public:
  /// `table` may be null: the table is absent. `folder` is what relative paths start from. Both references
  /// must outlive this object.
  ConfigSection(const toml::table* table, std::string path, const std::filesystem::path& folder,
                FieldErrors& errors)
      : table_(table), path_(std::move(path)), folder_(folder), errors_(errors) {}

  /// The table of that name, absent or not.
  ConfigSection child(const std::string& key);
  /// The tables of that name, as `[[key]]` writes them; the path of each is that of its `name`, or its
  /// number.
  std::vector<ConfigSection> children(const std::string& key);
  bool present() const { return table_ != nullptr; }

  void wrong(const std::string& key, std::string message);
  std::string field(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  /// Where the key stands; 0: nowhere.
  int line(const std::string& key) const;
  /// For a key that must be there: reports it, at the line on which its table begins, when it is not.
  bool has(const std::string& key, const std::string& expected);
  FieldErrors& errors() { return errors_; }

  /// The text, unless it is absent or wrong. `expected` says what would be right, for a value of another
  /// type.
  std::optional<std::string> text(const std::string& key, const std::string& expected = "a text in quotes");
  void integer(const std::string& key, int& value, int least, int most);
  void boolean(const std::string& key, bool& value);
  void duration(const std::string& key, std::optional<Millis>& value, Millis example, Millis least,
                Millis most);
  void duration(const std::string& key, Millis& value, Millis least, Millis most);
  void rate(const std::string& key, job::Rate& value);
  /// An empty path stays empty.
  void path(const std::string& key, std::filesystem::path& value);
  /// Which of these it is, counted from 0.
  std::optional<std::size_t> choice(const std::string& key, const std::vector<std::string>& names);
  /// True for `second`, false for `first`.
  void either(const std::string& key, bool& is_second, const std::string& first, const std::string& second);

  /// Texts that `is_good` takes, at least one.
  template <typename IsGood>
  void list(const std::string& key, std::vector<std::string>& value, const std::string& example,
            IsGood is_good) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    std::vector<std::string> given;
    bool good = array != nullptr && !array->empty();
    for (std::size_t i = 0; good && i < array->size(); ++i) {
      given.push_back((*array)[i].value_exact<std::string>().value_or(""));
      good = is_good(given.back());
    }
    if (good) {
      value = std::move(given);
    } else {
      wrong(key, "expected a list such as " + example);
    }
  }

  /// Reports the keys that were not asked for.
  void finish();

 private:
  const toml::node* find(const std::string& key);

  const toml::table* table_;
  const std::string path_;
  const std::filesystem::path& folder_;
  FieldErrors& errors_;
  std::vector<std::string> known_;
};

}  // namespace latchkey

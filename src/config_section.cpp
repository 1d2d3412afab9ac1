#include "config_section.h"

#include <utility>

#include "base/text.h"
#include "base/time_text.h"

namespace latchkey {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTextMax = 1024;

int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

}  // namespace

void append_errors(FieldErrors& errors, const InputError& error, int line) {
  for (FieldError each : error.errors()) {
    each.line = line;
    errors.push_back(std::move(each));
  }
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

ConfigSection ConfigSection::child(const std::string& key) {
  const toml::node* node = find(key);
  if (node != nullptr && !node->is_table()) {
    wrong(key, "expected a table, got " + std::string(kind_of(*node)));
  }
  return ConfigSection(node == nullptr ? nullptr : node->as_table(), field(key), folder_, errors_);
}

std::vector<ConfigSection> ConfigSection::children(const std::string& key) {
  std::vector<ConfigSection> sections;
  const toml::node* node = find(key);
  if (node == nullptr) return sections;
  const toml::array* tables = node->as_array();
  if (tables == nullptr || !tables->is_array_of_tables()) {
    wrong(key, "expected tables, each with the heading [[" + field(key) + "]]");
    return sections;
  }
  for (std::size_t i = 0; i < tables->size(); ++i) {
    const toml::table* table = tables->get(i)->as_table();
    const auto name = (*table)["name"].value_exact<std::string>();
    sections.emplace_back(table, field(key) + "." + (name ? shown(*name) : std::to_string(i + 1)), folder_,
                          errors_);
  }
  return sections;
}

void ConfigSection::wrong(const std::string& key, std::string message) {
  errors_.push_back({field(key), std::move(message), line(key)});
}

int ConfigSection::line(const std::string& key) const {
  const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
  return node == nullptr ? 0 : line_of(*node);
}

bool ConfigSection::has(const std::string& key, const std::string& expected) {
  if (line(key) != 0) return true;
  known_.push_back(key);
  const int begin = table_ == nullptr || path_.empty() ? 0 : line_of(*table_);
  errors_.push_back({field(key), "is missing; expected " + expected, begin});
  return false;
}

std::optional<std::string> ConfigSection::text(const std::string& key, const std::string& expected) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<std::string> value = node->value_exact<std::string>();
  if (!value) {
    wrong(key, "expected " + expected + ", got " + std::string(kind_of(*node)));
  } else if (const auto part = unprintable_part(*value)) {
    wrong(key, "contains " + *part);
  } else if (value->size() > kTextMax) {
    wrong(key, "is longer than " + std::to_string(kTextMax) + " bytes");
  } else {
    return value;
  }
  return std::nullopt;
}

void ConfigSection::integer(const std::string& key, int& value, int least, int most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  const std::optional<std::int64_t> given = node->value_exact<std::int64_t>();
  if (!given) {
    wrong(key, "expected an integer from " + range + ", got " + std::string(kind_of(*node)));
  } else if (*given < least || *given > most) {
    wrong(key, "expected an integer from " + range + ", got " + std::to_string(*given));
  } else {
    value = static_cast<int>(*given);
  }
}

void ConfigSection::boolean(const std::string& key, bool& value) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const std::optional<bool> given = node->value_exact<bool>();
  if (given) {
    value = *given;
  } else {
    wrong(key, "expected true or false, got " + std::string(kind_of(*node)));
  }
}

void ConfigSection::duration(const std::string& key, std::optional<Millis>& value, Millis example,
                             Millis least, Millis most) {
  Millis given = example;
  const bool there = line(key) != 0;
  duration(key, given, least, most);
  if (there) value = given;
}

void ConfigSection::duration(const std::string& key, Millis& value, Millis least, Millis most) {
  const std::string expected = "a duration such as \"" + format_duration(value) + "\"";
  const auto given = text(key, expected);
  if (!given) return;
  const auto parsed = parse_duration(*given);
  if (!parsed) {
    wrong(key, "expected " + expected + ", got \"" + shown(*given) + "\"");
  } else if (*parsed < least || *parsed > most) {
    wrong(key, "expected " + format_duration(least) + " to " + format_duration(most) + ", got \"" +
                   shown(*given) + "\"");
  } else {
    value = *parsed;
  }
}

void ConfigSection::rate(const std::string& key, job::Rate& value) {
  const std::string expected = "\"" + value.text + "\"";
  const auto given = text(key, expected);
  if (!given) return;
  if (const auto parsed = job::parse_rate(*given)) {
    value = *parsed;
  } else {
    wrong(key, "expected " + expected + ", got \"" + shown(*given) + "\"");
  }
}

void ConfigSection::path(const std::string& key, fs::path& value) {
  const auto given = text(key, "a path in quotes");
  if (given) value = given->empty() ? fs::path() : (folder_ / *given).lexically_normal();
}

std::optional<std::size_t> ConfigSection::choice(const std::string& key,
                                                 const std::vector<std::string>& names) {
  std::string expected;
  for (const std::string& name : names) {
    expected += (&name == &names.front() ? "\"" : &name == &names.back() ? " or \"" : ", \"") + name + "\"";
  }
  const auto given = text(key, expected);
  if (!given) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), *given);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  wrong(key, "expected " + expected + ", got \"" + shown(*given) + "\"");
  return std::nullopt;
}

void ConfigSection::either(const std::string& key, bool& is_second, const std::string& first,
                           const std::string& second) {
  if (const auto chosen = choice(key, {first, second})) is_second = *chosen == 1;
}

void ConfigSection::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) {
    const std::string_view name = key.str();
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string message = "is not a known setting";
    if (const auto meant = nearest(name, known_)) message += "; did you mean \"" + *meant + "\"?";
    errors_.push_back({field(shown(name)), message, line_of(node)});
  }
}

const toml::node* ConfigSection::find(const std::string& key) {
  known_.push_back(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

}  // namespace latchkey

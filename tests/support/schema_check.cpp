#include "tests/support/schema_check.h"

#include <algorithm>
#include <regex>

namespace latchkey {
namespace {

bool has_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "boolean") return value.is_boolean();
  return false;
}

bool is_uri(const std::string& text) {
  static const std::regex uri(
      R"([a-z][a-z0-9+.-]*://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)");
  return std::regex_match(text, uri);
}

}  // namespace

std::vector<std::string> schema_violations(const Json& schema, const Json& value, const std::string& path) {
  std::vector<std::string> violations;
  const auto add = [&](const std::string& where, const std::string& what) {
    violations.push_back(where + ": " + what);
  };
  const auto check_below = [&](const Json& part, const Json& inner, const std::string& where) {
    for (std::string& violation : schema_violations(part, inner, where))
      violations.push_back(std::move(violation));
  };
  for (const auto& [keyword, rule] : schema.items()) {
    if (keyword == "type") {
      if (!has_type(value, rule)) add(path, "is not of type " + rule.get<std::string>());
    } else if (keyword == "required") {
      for (const Json& name : rule) {
        if (!value.contains(name.get<std::string>())) add(path + "." + name.get<std::string>(), "is missing");
      }
    } else if (keyword == "properties") {
      for (const auto& [name, part] : rule.items()) {
        if (value.contains(name)) check_below(part, value[name], path + "." + name);
      }
    } else if (keyword == "items") {
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
        check_below(rule, value[i], path + "[" + std::to_string(i) + "]");
      }
    } else if (keyword == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end()) add(path, "is not one of the enum");
    } else if (keyword == "format" && rule == "uri") {
      if (!value.is_string() || !is_uri(value)) add(path, "is not a URI");
    } else {
      add(path, "the schema's " + keyword + " is not understood");
    }
  }
  return violations;
}

}  // namespace latchkey

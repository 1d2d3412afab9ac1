#include "surface/api_body.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/time_text.h"
#include "ledger/entry.h"

namespace latchkey::surface {

Json parse_body(const std::string& body) {
  std::string why;
  auto json = parse_json(body, &why);
  if (!json) throw InputError("invalid_request", "", "the body is not readable JSON: " + why);
  if (!json->is_object()) throw InputError("invalid_request", "", "expected a JSON object");
  return std::move(*json);
}

Json parse_optional_body(const std::string& body) {
  return body.empty() ? Json::object() : parse_body(body);
}

BodyReader::BodyReader(const Json& object, std::string path, std::vector<FieldError>& errors)
    : object_(object), path_(std::move(path)), errors_(errors) {}

const Json* BodyReader::find(const char* name) {
  known_.emplace_back(name);
  const auto member = object_.find(name);
  return member == object_.end() ? nullptr : &*member;
}

void BodyReader::wrong(const std::string& name, std::string message) {
  errors_.push_back({path_ + name, std::move(message)});
}

void BodyReader::wrong(const InputError& error) {
  for (const FieldError& one : error.errors()) wrong(one.field, one.message);
}

std::optional<std::string> BodyReader::text(const char* name) {
  const Json* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_string()) return member->get<std::string>();
  wrong(name, "expected a string");
  return std::nullopt;
}

std::optional<bool> BodyReader::boolean(const char* name) {
  const Json* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_boolean()) return member->get<bool>();
  wrong(name, "expected true or false");
  return std::nullopt;
}

std::optional<std::int64_t> BodyReader::whole_number(const char* name) {
  constexpr std::uint64_t kMost = (std::uint64_t{1} << 53) - 1;  // RFC 8259, section 6
  const Json* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_number_unsigned() && member->get<std::uint64_t>() <= kMost)
    return member->get<std::int64_t>();
  wrong(name, "expected a whole number from 0");
  return std::nullopt;
}

std::optional<Millis> BodyReader::duration(const char* name, Millis least, Millis most) {
  const std::string expected =
      "expected a duration from \"" + format_duration(least) + "\" to \"" + format_duration(most) + "\"";
  const Json* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) {
    wrong(name, expected + ", as a string");
    return std::nullopt;
  }
  const auto given = parse_duration(member->get<std::string>());
  if (given && *given >= least && *given <= most) return given;
  wrong(name, expected);
  return std::nullopt;
}

const Json* BodyReader::list(const char* name) {
  const Json* member = find(name);
  if (member == nullptr || member->is_array()) return member;
  wrong(name, "expected a list");
  return nullptr;
}

const Json* BodyReader::object(const char* name) {
  const Json* member = find(name);
  if (member == nullptr || member->is_object()) return member;
  wrong(name, "expected a JSON object");
  return nullptr;
}

std::optional<std::string> BodyReader::needed_text(const char* name) {
  if (!object_.contains(name)) wrong(name, "is needed");
  return text(name);
}

std::string BodyReader::reason(bool needed) {
  const auto given = needed ? needed_text("reason") : text("reason");
  try {
    if (given) ledger::check_reason(*given);
  } catch (const InputError& error) {
    wrong(error);
  }
  return given.value_or("");
}

void BodyReader::finish() {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const auto meant = nearest(key, known_);
    wrong(shown(key),
          "is no field of this request" + (meant ? "; did you mean \"" + *meant + "\"?" : std::string()));
  }
}

std::string summary_of(const std::vector<FieldError>& errors) {
  const FieldError& first = errors.front();
  std::string summary = first.field.empty() ? first.message : first.field + ": " + first.message;
  if (errors.size() > 1) summary += " (and " + std::to_string(errors.size() - 1) + " more)";
  return summary;
}

void reject_if_any(const std::string& code, std::vector<FieldError> errors) {
  if (errors.empty()) return;
  const std::string summary = summary_of(errors);
  throw InputError(code, summary, std::move(errors));
}

std::string read_reason(const std::string& body, bool needed) {
  const Json json = needed ? parse_body(body) : parse_optional_body(body);
  std::vector<FieldError> errors;
  BodyReader reader(json, "", errors);
  std::string reason = reader.reason(needed);
  reader.finish();
  reject_if_any("invalid_request", std::move(errors));
  return reason;
}

}  // namespace latchkey::surface
